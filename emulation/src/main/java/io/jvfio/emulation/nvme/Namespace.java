// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.IdentifyNamespace;
import io.jvfio.driver.nvme.spec.NamespaceDescriptor;
import io.jvfio.mmio.Word16;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * A namespace: blocks of 512 or 4096 bytes on media.
 *
 * <p>Threads: one at a time.
 */
final class Namespace {
    /** The formats that there are: the size of a block as a power of two, by the format's number. */
    private static final int[] FORMATS = {9, 12};

    /** The size of the media is a multiple of this, so that every format fits. */
    static final int GRANULE = 4096;

    private static final int DEALLOCATED_READS_ZEROES = 1;
    private static final int BLOCK_SIZES_OPTIMAL = 1 << 4;
    private static final int PREFERRED_WRITE_GRANULARITY = 64;
    private static final int PREFERRED_WRITE_ALIGNMENT = 66;
    private static final int PREFERRED_DEALLOCATE_GRANULARITY = 68;
    private static final int PREFERRED_DEALLOCATE_ALIGNMENT = 70;

    private final int id;
    private final Media media;
    private final UUID uuid;
    private int format;
    private boolean attached = true;

    /** The value of the error recovery feature, and what a reset makes of it. */
    private int errorRecovery;

    private int savedErrorRecovery;

    /**
     * Blocks on media.
     *
     * @param id the namespace's number, 1 or more
     * @param blockSize 512 or 4096
     */
    Namespace(int id, Media media, int blockSize, UUID uuid) {
        this.id = id;
        this.media = media;
        this.uuid = uuid;
        this.format = formatOf(blockSize);
    }

    /** The number of the format with blocks of a size, or -1. */
    static int formatOf(int blockSize) {
        for (int i = 0; i < FORMATS.length; i++) {
            if (1 << FORMATS[i] == blockSize) {
                return i;
            }
        }
        return -1;
    }

    static boolean hasFormat(int number) {
        return number < FORMATS.length;
    }

    int id() {
        return id;
    }

    Media media() {
        return media;
    }

    boolean attached() {
        return attached;
    }

    void attached(boolean value) {
        attached = value;
    }

    int errorRecovery() {
        return errorRecovery;
    }

    int savedErrorRecovery() {
        return savedErrorRecovery;
    }

    void errorRecovery(int value, boolean save) {
        errorRecovery = value;
        if (save) {
            savedErrorRecovery = value;
        }
    }

    /** What a reset of the controller does here. */
    void reset() {
        errorRecovery = savedErrorRecovery;
    }

    /** The size of a block as a power of two. */
    int blockShift() {
        return FORMATS[format];
    }

    long bytes() {
        return media.memory().byteSize();
    }

    long blocks() {
        return bytes() >>> blockShift();
    }

    /** Whether blocks lie inside; all numbers are unsigned. */
    boolean contains(long first, long count) {
        long size = blocks();
        return Long.compareUnsigned(first, size) <= 0 && Long.compareUnsigned(count, size - first) <= 0;
    }

    /** Gives all blocks another size; the data is gone. */
    void format(int number) {
        media.clear(0, bytes());
        format = number;
    }

    /** Fills the structure of identify, which is all zeroes. */
    void identify(MemorySegment out) {
        IdentifyNamespace.NSZE.set(out, blocks());
        IdentifyNamespace.NCAP.set(out, blocks());
        IdentifyNamespace.NUSE.set(out, blocks());
        IdentifyNamespace.NSFEAT.set(out, BLOCK_SIZES_OPTIMAL);
        IdentifyNamespace.NLBAF.set(out, FORMATS.length - 1);
        IdentifyNamespace.FLBAS.set(out, format);
        int deallocated = IdentifyNamespace.DLFEAT_READ.set(0, DEALLOCATED_READS_ZEROES);
        IdentifyNamespace.DLFEAT.set(out, IdentifyNamespace.DLFEAT_WRITE_ZEROES.set(deallocated, 1));
        IdentifyNamespace.NVMCAP.set(out, bytes());
        short granule = (short) ((GRANULE >> blockShift()) - 1);
        for (int offset : new int[] {
            PREFERRED_WRITE_GRANULARITY,
            PREFERRED_WRITE_ALIGNMENT,
            PREFERRED_DEALLOCATE_GRANULARITY,
            PREFERRED_DEALLOCATE_ALIGNMENT
        }) {
            Word16.at(offset).set(out, granule);
        }
        for (int i = 0; i < FORMATS.length; i++) {
            IdentifyNamespace.format(i).set(out, IdentifyNamespace.LBAF_LBADS.set(0, FORMATS[i]));
        }
    }

    /** Fills the list of identifiers, which is all zeroes. */
    void describe(MemorySegment out) {
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
        NamespaceDescriptor.TYPE.set(out, NamespaceDescriptor.UUID);
        NamespaceDescriptor.LENGTH.set(out, bytes.length);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, out, NamespaceDescriptor.IDENTIFIER, bytes.length);
    }
}
