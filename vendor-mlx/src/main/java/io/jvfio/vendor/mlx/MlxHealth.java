// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static io.jvfio.vendor.mlx.spec.InitSegment.*;

import io.jvfio.mmio.BigRegister32;
import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.HealthSyndrome;
import java.util.ArrayList;
import java.util.List;

/**
 * How a function is, from its registers.
 *
 * <p>Threads: immutable.
 *
 * @param sensor what is fatal, in the order in which Linux looks
 * @param syndrome 0 if the firmware is well; see {@link HealthSyndrome}
 * @param extended more of the syndrome
 * @param resetRequested whether the firmware asks to be reset
 * @param severity as in syslog, 3 if it is not told
 * @param counter goes on as long as the firmware does
 * @param asserts the words of an assertion
 */
public record MlxHealth(
        Sensor sensor,
        int syndrome,
        int extended,
        boolean resetRequested,
        int severity,
        int counter,
        List<Integer> asserts) {

    private static final int DEFAULT_SEVERITY = 3;

    /** What is fatal. */
    public enum Sensor {
        /** Nothing. */
        NONE("well"),
        /** The device does not answer. */
        PCI_COMMUNICATION("the device does not answer"),
        /** The NIC interface is disabled. */
        NIC_DISABLED("the NIC interface is disabled"),
        /** The NIC interface is being reset. */
        NIC_RESET("the NIC interface is in software reset"),
        /** The firmware asks for a reset. */
        FIRMWARE("the firmware asks for a reset"),
        /** The firmware has stopped; it takes more than one look to find that out. */
        COUNTER("the health counter stands still");

        private final String text;

        Sensor(String text) {
            this.text = text;
        }

        /** In words. */
        public String text() {
            return text;
        }
    }

    /** Copies the list. */
    public MlxHealth {
        asserts = List.copyOf(asserts);
    }

    /** Reads the health of a function: some ten register reads. */
    public static MlxHealth read(Mmio registers) {
        int severity = registers.read(HEALTH_SEVERITY);
        int syndrome = registers.read(HEALTH_SYNDROME);
        boolean asked = RESET_REQUESTED.isSet(severity);
        List<Integer> asserts = new ArrayList<>();
        for (int i = 0; i < HEALTH_ASSERTS; i++) {
            asserts.add(registers.read(BigRegister32.at(HEALTH_ASSERT.offset() + (long) Integer.BYTES * i)));
        }
        return new MlxHealth(
                sensor(registers, asked && SYNDROME.of(syndrome) != 0),
                SYNDROME.of(syndrome),
                EXTENDED_SYNDROME.of(syndrome),
                asked,
                SEVERITY_VALID.isSet(severity) ? SEVERITY.of(severity) : DEFAULT_SEVERITY,
                HEALTH_COUNTER.of(registers.read(HEARTBEAT)),
                asserts);
    }

    private static Sensor sensor(Mmio registers, boolean failed) {
        if (registers.read(HEALTH_FIRMWARE) == -1) {
            return Sensor.PCI_COMMUNICATION;
        }
        return switch (NIC_INTERFACE.of(registers.read(QUEUE_LOW))) {
            case NIC_DISABLED -> Sensor.NIC_DISABLED;
            case NIC_RESET -> Sensor.NIC_RESET;
            default -> failed ? Sensor.FIRMWARE : Sensor.NONE;
        };
    }

    /** The same with something else that is fatal. */
    MlxHealth with(Sensor other) {
        return new MlxHealth(other, syndrome, extended, resetRequested, severity, counter, asserts);
    }

    /** Whether nothing but a reset helps. */
    public boolean isFatal() {
        return sensor != Sensor.NONE;
    }

    /** In words, for messages. */
    public String text() {
        return syndrome == 0 ? sensor.text() : sensor.text() + ", " + HealthSyndrome.text(syndrome);
    }
}
