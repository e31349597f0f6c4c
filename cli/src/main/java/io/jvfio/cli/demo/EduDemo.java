// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import io.jvfio.Durations;
import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.out.Sizes;
import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.pci.Bar;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * What the demo does, without how it is shown. Every step checks what the device answers.
 *
 * <p>Threads: one at a time.
 */
final class EduDemo {
    private static final int PATTERN = 0x12345678;
    private static final int NUMBER = 10;
    private static final int INTERRUPTS = 100;

    /** A value that no event of the device's own has. */
    private static final int CAUSE = 0x2;

    private final PciDevice device;
    private final DemoLog log;

    EduDemo(PciDevice device, DemoLog log) {
        this.device = device;
        this.log = log;
    }

    void run() throws InterruptedException {
        Bar bar = device.bar(0);
        log.done(
                "map BAR 0",
                bar.mmio().isMapped(0, bar.size()) ? size(bar) + ", mapped" : size(bar) + ", accessed by calls");
        try (EduDriver edu = EduDriver.open(device)) {
            log.done("start", edu.interruptType() + " enabled, DMA buffer at IOVA " + Hex.of(edu.iova()));
            identify(edu);
            checkLiveness(edu);
            computeFactorial(edu);
            moveBytes(edu);
            measureInterrupts(edu);
        }
        log.done("stop", "bus mastering and interrupts off, DMA buffer unmapped");
    }

    private void identify(EduDriver edu) {
        int id = edu.identification();
        verify(Edu.MAGIC.of(id) == Edu.MAGIC_VALUE, "identification " + Hex.ofBits(id, 32) + " is not that of an edu");
        log.done("identification", Hex.ofBits(id, 32) + ", revision " + Edu.MAJOR.of(id) + "." + Edu.MINOR.of(id));
    }

    private void checkLiveness(EduDriver edu) {
        verify(edu.isAlive(PATTERN), "the liveness register does not invert " + Hex.of(PATTERN));
        log.done("liveness", "wrote " + Hex.ofBits(PATTERN, 32) + ", read its complement " + Hex.ofBits(~PATTERN, 32));
    }

    private void computeFactorial(EduDriver edu) {
        int factorial = edu.factorial(NUMBER);
        int expected = 1;
        for (int factor = 2; factor <= NUMBER; factor++) {
            expected *= factor;
        }
        verify(factorial == expected, NUMBER + "! is " + expected + ", and the device says " + factorial);
        log.done("factorial", NUMBER + "! = " + factorial + ", computed by the device");
    }

    private void moveBytes(EduDriver edu) throws InterruptedException {
        byte[] sent = new byte[Edu.INTERNAL_BUFFER_SIZE];
        new Random().nextBytes(sent);
        edu.store(MemorySegment.ofArray(sent));
        log.done("DMA read", sent.length + " bytes fetched by the device");
        byte[] received = new byte[sent.length];
        edu.load(MemorySegment.ofArray(received));
        int difference = Arrays.mismatch(sent, received);
        verify(difference < 0, "byte " + difference + " came back different");
        log.done("DMA write", received.length + " bytes written back, all equal");
    }

    private void measureInterrupts(EduDriver edu) throws InterruptedException {
        long[] nanos = new long[INTERRUPTS];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = edu.raiseInterrupt(CAUSE).toNanos();
        }
        Arrays.sort(nanos);
        log.done(
                "interrupts",
                INTERRUPTS + " x " + edu.interruptType() + ", latency " + time(nanos[0]) + " best, "
                        + time(nanos[INTERRUPTS / 2]) + " median, " + time(nanos[INTERRUPTS - 1]) + " worst");
    }

    private static String size(Bar bar) {
        return Sizes.text(bar.size()) + (bar.isIo() ? " of I/O space" : " of memory");
    }

    private static String time(long nanos) {
        return Durations.text(Duration.ofNanos(nanos));
    }

    private static void verify(boolean expectation, String otherwise) {
        if (!expectation) {
            throw new CommandFailure(otherwise);
        }
    }
}
