// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word8;

/**
 * Features (5.21.1), with the fields of their values in dword 11 or in the completion.
 *
 * <p>Threads: constants.
 */
public final class FeatureId {
    /** Arbitration. */
    public static final int ARBITRATION = 0x01;

    /** Power management. */
    public static final int POWER_MANAGEMENT = 0x02;

    /** Ranges of blocks and their kind. */
    public static final int LBA_RANGE_TYPE = 0x03;

    /** Temperature threshold. */
    public static final int TEMPERATURE_THRESHOLD = 0x04;

    /** Error recovery. */
    public static final int ERROR_RECOVERY = 0x05;

    /** Volatile write cache: {@link #CACHE_ENABLED}. */
    public static final int VOLATILE_WRITE_CACHE = 0x06;

    /** How many queues: {@link #QUEUES_SUBMISSION} and {@link #QUEUES_COMPLETION}. */
    public static final int NUMBER_OF_QUEUES = 0x07;

    /** Interrupt coalescing: {@link #COALESCING_THRESHOLD} and {@link #COALESCING_TIME}. */
    public static final int INTERRUPT_COALESCING = 0x08;

    /** Interrupt vector configuration. */
    public static final int INTERRUPT_VECTOR = 0x09;

    /** Write atomicity. */
    public static final int WRITE_ATOMICITY = 0x0a;

    /** Which asynchronous events are told. */
    public static final int ASYNC_EVENTS = 0x0b;

    /** Autonomous power state transition. */
    public static final int AUTONOMOUS_POWER = 0x0c;

    /** Host memory buffer. */
    public static final int HOST_MEMORY_BUFFER = 0x0d;

    /** Timestamp. */
    public static final int TIMESTAMP = 0x0e;

    /** Keep alive timer. */
    public static final int KEEP_ALIVE = 0x0f;

    /** What the host can do, {@link #HOST_BEHAVIOR_SIZE} bytes of data. */
    public static final int HOST_BEHAVIOR = 0x16;

    /** The size of the data of {@link #HOST_BEHAVIOR} in bytes. */
    public static final int HOST_BEHAVIOR_SIZE = 512;

    /** Of the data of {@link #HOST_BEHAVIOR}: 1 if the controller may ask for delays before another try. */
    public static final Word8 RETRY_DELAYS = Word8.at(0);

    /** Software progress marker. */
    public static final int SOFTWARE_PROGRESS = 0x80;

    /** Of {@link #VOLATILE_WRITE_CACHE}. */
    public static final Field CACHE_ENABLED = Field.bit(0);

    /** Of {@link #NUMBER_OF_QUEUES}: I/O submission queues, 0's based. */
    public static final Field QUEUES_SUBMISSION = Field.bits(15, 0);

    /** Of {@link #NUMBER_OF_QUEUES}: I/O completion queues, 0's based. */
    public static final Field QUEUES_COMPLETION = Field.bits(31, 16);

    /** Of {@link #INTERRUPT_COALESCING}: completions, 0's based. */
    public static final Field COALESCING_THRESHOLD = Field.bits(7, 0);

    /** Of {@link #INTERRUPT_COALESCING}: in units of 100 microseconds. */
    public static final Field COALESCING_TIME = Field.bits(15, 8);

    /** Of {@link #INTERRUPT_VECTOR}: the vector. */
    public static final Field VECTOR = Field.bits(15, 0);

    /** Of {@link #INTERRUPT_VECTOR}: no coalescing. */
    public static final Field VECTOR_DISABLE_COALESCING = Field.bit(16);

    /** Of {@link #ASYNC_EVENTS}: critical warnings of SMART. */
    public static final Field EVENTS_SMART = Field.bits(7, 0);

    /** Of {@link #ASYNC_EVENTS}: changes of namespaces. */
    public static final Field EVENTS_NAMESPACES = Field.bit(8);

    /** Of {@link #ASYNC_EVENTS}: firmware activation. */
    public static final Field EVENTS_FIRMWARE = Field.bit(9);

    /** Of {@link #TEMPERATURE_THRESHOLD}: kelvins. */
    public static final Field TEMPERATURE = Field.bits(15, 0);

    private FeatureId() {}
}
