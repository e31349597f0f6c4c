// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigRegister32;
import io.jvfio.mmio.Field;

/**
 * The initialization segment: the registers at the start of BAR 0. Everything else goes through the command queue that
 * is announced here.
 *
 * <p>Threads: constants.
 */
public final class InitSegment {
    /** The segment's bytes. */
    public static final int SIZE = 0x400c;

    /** The command interface that there is; drivers refuse others. */
    public static final int COMMAND_INTERFACE = 5;

    /** {@link #MINOR} and {@link #MAJOR} of the firmware. */
    public static final BigRegister32 FIRMWARE = BigRegister32.at(0x00);

    /** Of {@link #FIRMWARE}. */
    public static final Field MINOR = Field.bits(31, 16);

    /** Of {@link #FIRMWARE}. */
    public static final Field MAJOR = Field.bits(15, 0);

    /** {@link #INTERFACE_REVISION} and {@link #SUBMINOR}. */
    public static final BigRegister32 INTERFACE = BigRegister32.at(0x04);

    /** Of {@link #INTERFACE}: must be {@link #COMMAND_INTERFACE}. */
    public static final Field INTERFACE_REVISION = Field.bits(31, 16);

    /** Of {@link #INTERFACE}: the firmware's third number. */
    public static final Field SUBMINOR = Field.bits(15, 0);

    /** The upper half of the command queue's address. Write it before {@link #QUEUE_LOW}. */
    public static final BigRegister32 QUEUE_HIGH = BigRegister32.at(0x10);

    /** The lower half, on a page, and {@link #NIC_INTERFACE}, {@link #LOG_QUEUE_SIZE}, {@link #LOG_QUEUE_STRIDE}. */
    public static final BigRegister32 QUEUE_LOW = BigRegister32.at(0x14);

    /** Of {@link #QUEUE_LOW}: what the function is used for. */
    public static final Field NIC_INTERFACE = Field.bits(10, 8);

    /** Of {@link #QUEUE_LOW}, read only: how many entries the queue has, log2. */
    public static final Field LOG_QUEUE_SIZE = Field.bits(7, 4);

    /** Of {@link #QUEUE_LOW}, read only: how far apart they are in bytes, log2. */
    public static final Field LOG_QUEUE_STRIDE = Field.bits(3, 0);

    /** Of {@link #QUEUE_LOW}: the bits of the address. */
    public static final int QUEUE_ADDRESS_MASK = 0xffff_f000;

    /** {@link #NIC_INTERFACE}: a driver has all of it. */
    public static final int NIC_FULL = 0;

    /** {@link #NIC_INTERFACE}: disabled. */
    public static final int NIC_DISABLED = 1;

    /** {@link #NIC_INTERFACE}: software reset. Also what a device that has gone seems to say. */
    public static final int NIC_RESET = 7;

    /** Hands slots of the queue to the device: bit n is slot n. */
    public static final BigRegister32 DOORBELL = BigRegister32.at(0x18);

    /** {@link #IS_INITIALIZING}, {@link #RESET_SUPPORTED} and more. */
    public static final BigRegister32 INITIALIZING = BigRegister32.at(0x1fc);

    /** Of {@link #INITIALIZING}: the firmware is not ready; no command may be posted. */
    public static final Field IS_INITIALIZING = Field.bit(31);

    /** Of {@link #INITIALIZING}: {@link #NIC_RESET} may be asked for. */
    public static final Field RESET_SUPPORTED = Field.bit(30);

    /** Of {@link #INITIALIZING}: bit m of it says that mode m of {@link #NIC_INTERFACE} is supported. */
    public static final Field INTERFACES_SUPPORTED = Field.bits(26, 24);

    /** Of {@link #INITIALIZING}: the function belongs to the processor on the card. */
    public static final Field EMBEDDED_CPU = Field.bit(23);

    /** Where the health buffer starts. */
    public static final int HEALTH = 0x200;

    /** The first of the health buffer's words of an assertion. */
    public static final BigRegister32 HEALTH_ASSERT = BigRegister32.at(0x200);

    /** How many words of an assertion there are. */
    public static final int HEALTH_ASSERTS = 6;

    /** Where the firmware was when it failed. */
    public static final BigRegister32 HEALTH_EXIT = BigRegister32.at(0x220);

    /** From where it was called. */
    public static final BigRegister32 HEALTH_CALLER = BigRegister32.at(0x224);

    /** When that was. */
    public static final BigRegister32 HEALTH_TIME = BigRegister32.at(0x22c);

    /** The firmware's version once more: all ones if the device does not answer. */
    public static final BigRegister32 HEALTH_FIRMWARE = BigRegister32.at(0x230);

    /** Which hardware it is. */
    public static final BigRegister32 HEALTH_HARDWARE = BigRegister32.at(0x234);

    /** {@link #RESET_REQUESTED} and the severity. */
    public static final BigRegister32 HEALTH_SEVERITY = BigRegister32.at(0x238);

    /** Of {@link #HEALTH_SEVERITY}: the firmware asks to be reset. */
    public static final Field RESET_REQUESTED = Field.bit(31);

    /** Of {@link #HEALTH_SEVERITY}: only a cold reset will do. */
    public static final Field COLD_RESET_REQUIRED = Field.bit(30);

    /** Of {@link #HEALTH_SEVERITY}: {@link #SEVERITY} counts. */
    public static final Field SEVERITY_VALID = Field.bit(27);

    /** Of {@link #HEALTH_SEVERITY}: as in syslog, 3 is an error. */
    public static final Field SEVERITY = Field.bits(26, 24);

    /** {@link #IRISC}, {@link #SYNDROME} and {@link #EXTENDED_SYNDROME}. */
    public static final BigRegister32 HEALTH_SYNDROME = BigRegister32.at(0x23c);

    /** Of {@link #HEALTH_SYNDROME}: which processor of the card. */
    public static final Field IRISC = Field.bits(31, 24);

    /** Of {@link #HEALTH_SYNDROME}: see {@link HealthSyndrome}; 0 is healthy. */
    public static final Field SYNDROME = Field.bits(23, 16);

    /** Of {@link #HEALTH_SYNDROME}. */
    public static final Field EXTENDED_SYNDROME = Field.bits(15, 0);

    /** How long a command may take; in {@link #TIMEOUT_UNIT} and {@link #TIMEOUT_VALUE}. */
    public static final BigRegister32 COMMAND_TIMEOUT = BigRegister32.at(0xff8);

    /** How long {@link #IS_INITIALIZING} may last after the queue's address is written; 0 if neither is told. */
    public static final BigRegister32 QUEUE_TIMEOUT = BigRegister32.at(0xffc);

    /** Of a time-out: 0 milliseconds, 1 seconds, 2 minutes, 3 hours. */
    public static final Field TIMEOUT_UNIT = Field.bits(30, 29);

    /** Of a time-out: how many of them. */
    public static final Field TIMEOUT_VALUE = Field.bits(19, 0);

    /** The free-running timer's upper half. */
    public static final BigRegister32 TIMER_HIGH = BigRegister32.at(0x1000);

    /** The free-running timer's lower half. */
    public static final BigRegister32 TIMER_LOW = BigRegister32.at(0x1004);

    /** {@link #HEALTH_COUNTER}, and the syndrome again above it. */
    public static final BigRegister32 HEARTBEAT = BigRegister32.at(0x1010);

    /** Of {@link #HEARTBEAT}: goes on as long as the firmware does. */
    public static final Field HEALTH_COUNTER = Field.bits(23, 0);

    /** Of {@link #HEARTBEAT}: as {@link #SYNDROME}. */
    public static final Field HEARTBEAT_SYNDROME = Field.bits(31, 24);

    /** The real-time clock's upper half. */
    public static final BigRegister32 REAL_TIME_HIGH = BigRegister32.at(0x1040);

    /** The real-time clock's lower half. */
    public static final BigRegister32 REAL_TIME_LOW = BigRegister32.at(0x1044);

    private InitSegment() {}

    /**
     * What a time-out register says, in milliseconds.
     *
     * @param register the value of {@link #COMMAND_TIMEOUT} or {@link #QUEUE_TIMEOUT}
     */
    public static long timeoutMillis(int register) {
        long value = TIMEOUT_VALUE.of(register);
        return switch (TIMEOUT_UNIT.of(register)) {
            case 0 -> value;
            case 1 -> value * 1000;
            case 2 -> value * 60_000;
            default -> value * 3_600_000;
        };
    }
}
