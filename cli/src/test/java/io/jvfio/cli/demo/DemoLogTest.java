// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.out.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DemoLogTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void a_terminal_shows_progress_in_one_line_that_the_step_takes_over() {
        DemoLog log = new DemoLog(out, true, true, Duration.ZERO);

        log.progress("write", 1, 4);
        log.progress("write", 3, 4);
        log.done("write", "all of it");

        assertThat(text.toString())
                .matches(
                        "\\r\u001b\\[K    write +25%\\r\u001b\\[K    write +75%\\r\u001b\\[K 1  write .* all of it\\R");
    }

    @Test
    void a_pipe_shows_steps_alone() {
        DemoLog log = new DemoLog(out, true, false, Duration.ZERO);

        log.progress("write", 1, 4);
        log.done("write", "all of it");

        assertThat(text.toString()).matches(" 1  write .* all of it\\R");
    }

    @Test
    void progress_is_not_shown_faster_than_one_can_read() {
        DemoLog log = new DemoLog(out, true, true, Duration.ofHours(1));

        log.progress("write", 1, 4);

        assertThat(text.toString()).isEmpty();
    }

    @Test
    void steps_that_are_not_shown_are_kept_for_json() {
        DemoLog log = new DemoLog(out, false, true, Duration.ZERO);

        log.progress("write", 1, 4);
        log.done("write", "all of it");

        assertThat(text.toString()).isEmpty();
        assertThat(Json.object(false, log::describe)).contains("\"name\":\"write\"", "\"result\":\"all of it\"");
    }
}
