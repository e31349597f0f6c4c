// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * System calls make no garbage however many calls lie between them and whoever loops: the compiler inlines so many and no more.
 */
class DeepCallTest {
    @Test
    @Tag("allocation")
    void a_call_below_many_others_makes_no_garbage() {
        try (EventFd counter = EventFd.open(LinuxSystemCalls.open())) {
            Allocations.assertNone(() -> first(counter));
        }
    }

    private static void first(EventFd counter) {
        second(counter);
    }

    private static void second(EventFd counter) {
        third(counter);
    }

    private static void third(EventFd counter) {
        fourth(counter);
    }

    private static void fourth(EventFd counter) {
        fifth(counter);
    }

    private static void fifth(EventFd counter) {
        sixth(counter);
    }

    private static void sixth(EventFd counter) {
        seventh(counter);
    }

    private static void seventh(EventFd counter) {
        counter.signal(1);
        if (counter.drain() != 1) {
            throw new AssertionError("lost");
        }
    }
}
