// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.interrupt.Interrupts;
import io.jvfio.testkit.TestDriver;
import java.time.Duration;

/** The driver, as the contract wants to use it. */
record CourierTestDriver(CourierDriver courier) implements TestDriver {
    @Override
    public int smallestCopy() {
        return 1;
    }

    @Override
    public int largestCopy() {
        return Courier.MOST_BYTES;
    }

    @Override
    public int largestBatch() {
        return 100;
    }

    @Override
    public void startCopies(long source, long target, int size, int count) {
        courier.start(source, target, size, count);
    }

    @Override
    public boolean awaitCopies(Duration timeout) {
        return courier.await(timeout);
    }

    @Override
    public void sendMessage() {
        courier.ring();
    }

    @Override
    public int messageVector() {
        return 0;
    }

    @Override
    public Interrupts interrupts() {
        return courier.interrupts();
    }

    @Override
    public void recover() {
        courier.recover();
    }

    @Override
    public void close() {
        courier.close();
    }
}
