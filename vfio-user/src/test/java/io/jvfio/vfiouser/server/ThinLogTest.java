// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What clients can have a server log: each text once a second, with a count of what was left out. */
class ThinLogTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<String> written = new ArrayList<>();
    private final AtomicLong now = new AtomicLong(-5);
    private final ThinLog log = new ThinLog(now::get, (text, failure) -> written.add(text));

    @Test
    void the_same_text_comes_once_a_second_with_how_often_it_was_left_out() {
        for (int i = 0; i < 10; i++) {
            log.warn("one", new IllegalStateException());
        }
        log.warn("other", new IllegalStateException());
        assertThat(written).containsExactly("one", "other");
        now.addAndGet(SECOND);
        log.warn("one", new IllegalStateException());
        log.warn("one", new IllegalStateException());
        now.addAndGet(SECOND);
        log.warn("one", new IllegalStateException());
        log.warn("other", new IllegalStateException());
        assertThat(written)
                .containsExactly(
                        "one",
                        "other",
                        "one (and 9 times before, not shown)",
                        "one (and 1 times before, not shown)",
                        "other");
    }
}
