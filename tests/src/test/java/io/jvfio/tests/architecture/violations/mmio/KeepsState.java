// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

import java.util.concurrent.atomic.AtomicInteger;

public final class KeepsState {
    private static final AtomicInteger OPENED = new AtomicInteger();
    static final int[] SIZES = {1, 2, 4, 8};
    private static int closed;

    public int open() {
        closed = OPENED.get() - 1;
        return OPENED.incrementAndGet() + SIZES.length + closed;
    }
}
