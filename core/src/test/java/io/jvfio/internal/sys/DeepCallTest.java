// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * System calls make no garbage however many calls lie between them and whoever loops: the compiler inlines so many and no more.
 */
class DeepCallTest {
    private final SystemCalls sys = LinuxSystemCalls.open();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("allocation")
    void a_call_below_many_others_makes_no_garbage(boolean shared) {
        try (EventFd counter = EventFd.open(sys)) {
            Allocations.assertNone(() -> first(counter, shared));
        }
    }

    private void first(EventFd counter, boolean shared) {
        second(counter, shared);
    }

    private void second(EventFd counter, boolean shared) {
        third(counter, shared);
    }

    private void third(EventFd counter, boolean shared) {
        fourth(counter, shared);
    }

    private void fourth(EventFd counter, boolean shared) {
        fifth(counter, shared);
    }

    private void fifth(EventFd counter, boolean shared) {
        sixth(counter, shared);
    }

    private void sixth(EventFd counter, boolean shared) {
        seventh(counter, shared);
    }

    private void seventh(EventFd counter, boolean shared) {
        counter.signal(1);
        if (EventFd.drain(sys, counter.fd(), shared) != 1) {
            throw new AssertionError("lost");
        }
    }
}
