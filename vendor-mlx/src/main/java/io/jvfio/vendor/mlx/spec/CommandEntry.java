// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;
import io.jvfio.mmio.Field;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An entry of the command queue. The driver fills it and gives it to the device by its owner bit; the device answers in
 * it and gives it back. {@link #publish} is the last store of either side, {@link #acquire} its first load.
 *
 * <p>Threads: constants.
 */
public final class CommandEntry {
    /** An entry's bytes. */
    public static final int SIZE = 64;

    /** {@link #SIZE} as a power of two. */
    public static final int LOG_SIZE = 6;

    /** How many bytes of input and output are in the entry itself. */
    public static final int INLINE = 16;

    /** The slot that drivers keep for giving and taking pages. */
    public static final int PAGE_SLOT = 31;

    /** {@link #TYPE}: PCIe. */
    public static final int TYPE_PCIE = 7;

    /** What kind of transport. */
    public static final WordBits TYPE = WordBits.at(0x00, 31, 24);

    /** Must be 0. */
    public static final WordBits RESERVED = WordBits.at(0x00, 23, 0);

    /** Bytes of input, those of the entry included. */
    public static final BigWord32 INPUT_LENGTH = BigWord32.at(0x04);

    /** The first mailbox of the input, 0 if there is none. */
    public static final BigWord64 INPUT_MAILBOX = BigWord64.at(0x08);

    /** Where the input starts. */
    public static final int INPUT = 0x10;

    /** Where the output starts. */
    public static final int OUTPUT = 0x20;

    /** The first mailbox of the output, 0 if there is none. */
    public static final BigWord64 OUTPUT_MAILBOX = BigWord64.at(0x30);

    /** Bytes of output, those of the entry included. */
    public static final BigWord32 OUTPUT_LENGTH = BigWord32.at(0x38);

    /** {@link #TOKEN}, {@link #SIGNATURE}, {@link #DELIVERY} and {@link #OWNER}. */
    public static final BigWord32 STATUS = BigWord32.at(0x3c);

    /** Of {@link #STATUS}: the same in all mailboxes of the command. */
    public static final Field TOKEN = Field.bits(31, 24);

    /** Of {@link #STATUS}: makes all bytes of the entry come to {@code 0xff}. */
    public static final Field SIGNATURE = Field.bits(23, 16);

    /** Of {@link #STATUS}: must be 0. */
    public static final Field STATUS_RESERVED = Field.bits(15, 8);

    /** Of {@link #STATUS}: see {@link DeliveryStatus}. */
    public static final Field DELIVERY = Field.bits(7, 1);

    /** Of {@link #STATUS}: 1 while the entry is the device's. */
    public static final Field OWNER = Field.bit(0);

    private static final int SIGNATURE_BYTE = 0x3d;

    private CommandEntry() {}

    /**
     * Writes {@link #STATUS} after all that was written before.
     *
     * @param memory the queue
     * @param base where the entry starts, in bytes, aligned to 4 bytes in memory
     */
    public static void publish(MemorySegment memory, long base, int status) {
        STATUS.publish(memory, base, status);
    }

    /**
     * Reads {@link #STATUS}; reads of the other fields come after it.
     *
     * @param memory the queue
     * @param base where the entry starts, in bytes, aligned to 4 bytes in memory
     */
    public static int acquire(MemorySegment memory, long base) {
        return STATUS.acquire(memory, base);
    }

    /**
     * The signature of an entry that has this status.
     *
     * @param memory the queue
     * @param base where the entry starts, in bytes
     * @param status what {@link #STATUS} will be; the signature in it does not count
     * @return the status with its signature
     */
    public static int signed(MemorySegment memory, long base, int status) {
        int plain = SIGNATURE.set(status, 0);
        int sum = Signatures.xor(memory, base, STATUS.offset());
        sum ^= plain >>> 24 ^ plain >>> 16 ^ plain >>> 8 ^ plain;
        return SIGNATURE.set(plain, ~sum & 0xff);
    }

    /** Whether the bytes of an entry come to {@code 0xff}. */
    public static boolean isSigned(MemorySegment memory, long base) {
        return Signatures.xor(memory, base, SIZE) == 0xff;
    }

    /** The signature of an entry as it lies there. */
    public static int signature(MemorySegment memory, long base) {
        return memory.get(ValueLayout.JAVA_BYTE, base + SIGNATURE_BYTE) & 0xff;
    }
}
