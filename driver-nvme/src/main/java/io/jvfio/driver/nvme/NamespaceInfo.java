// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.IdentifyNamespace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a controller says of a namespace, as far as it can be.
 *
 * <p>Threads: immutable.
 *
 * @param id its number, unsigned
 * @param blocks how many blocks it has
 * @param used how many of them are allocated
 * @param blockSize the data of a block in bytes, a power of two; 0 if that is not known
 * @param metadataSize the metadata of a block in bytes
 * @param format the number of its format
 * @param formats the formats that it can have
 * @param nguid its globally unique identifier in hex, or empty
 * @param eui64 its extended unique identifier in hex, or empty
 * @param problem why this driver cannot read and write it, or empty
 */
public record NamespaceInfo(
        int id,
        long blocks,
        long used,
        int blockSize,
        int metadataSize,
        int format,
        List<BlockFormat> formats,
        String nguid,
        String eui64,
        String problem) {
    private static final int SMALLEST_SHIFT = 9;
    private static final int LARGEST_SHIFT = 16;
    private static final int FORMATS_BEFORE_2_0 = 16;

    /** Copies the list. */
    public NamespaceInfo {
        formats = List.copyOf(formats);
    }

    /**
     * Reads the structure that identify returns.
     *
     * @param identify 4096 bytes
     */
    static NamespaceInfo of(int id, MemorySegment identify) {
        List<BlockFormat> formats = formats(identify);
        int flbas = IdentifyNamespace.FLBAS.of(identify);
        int format = IdentifyNamespace.FLBAS_FORMAT.of(flbas);
        if (IdentifyNamespace.NLBAF.of(identify) >= FORMATS_BEFORE_2_0) {
            format |= IdentifyNamespace.FLBAS_FORMAT_HIGH.of(flbas) << 4;
        }
        BlockFormat current = null;
        for (BlockFormat each : formats) {
            if (each.index() == format) {
                current = each;
            }
        }
        long blocks = IdentifyNamespace.NSZE.of(identify);
        return new NamespaceInfo(
                id,
                blocks,
                IdentifyNamespace.NUSE.of(identify),
                current == null ? 0 : current.blockSize(),
                current == null ? 0 : current.metadataSize(),
                format,
                formats,
                identifier(identify, IdentifyNamespace.NGUID, 16),
                identifier(identify, IdentifyNamespace.EUI64, 8),
                problem(blocks, current, format));
    }

    /** Of a namespace of which the controller says nothing. */
    static NamespaceInfo unknown(int id, NvmeException reason) {
        return new NamespaceInfo(id, 0, 0, 0, 0, 0, List.of(), "", "", String.valueOf(reason.getMessage()));
    }

    /** How many bytes of data it holds; 0 if it cannot be used. */
    public long size() {
        return usable() ? blocks * blockSize : 0;
    }

    /** Whether this driver can read and write it. */
    public boolean usable() {
        return problem.isEmpty();
    }

    /**
     * Checks that this driver can read and write it.
     *
     * @throws IllegalStateException with the reason if not
     */
    void requireUsable() {
        if (!usable()) {
            throw new IllegalStateException(
                    "namespace " + Integer.toUnsignedString(id) + " cannot be used: " + problem);
        }
    }

    private static String problem(long blocks, @Nullable BlockFormat current, int format) {
        if (current == null) {
            return "its format " + format + " is not among those that it has, or has blocks of no size from 512 bytes"
                    + " to 64 KiB";
        }
        if (current.metadataSize() > 0) {
            return "its format has " + current.metadataSize() + " bytes of metadata in each block";
        }
        if (blocks < 0 || blocks > Long.MAX_VALUE / current.blockSize()) {
            return "it claims " + Hex.of(blocks) + " blocks of " + current.blockSize() + " bytes";
        }
        return "";
    }

    private static List<BlockFormat> formats(MemorySegment identify) {
        int count = Math.min(IdentifyNamespace.NLBAF.of(identify) + 1, IdentifyNamespace.FORMATS);
        List<BlockFormat> formats = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            int format = IdentifyNamespace.format(index).of(identify);
            int shift = IdentifyNamespace.LBAF_LBADS.of(format);
            if (shift >= SMALLEST_SHIFT && shift <= LARGEST_SHIFT) {
                formats.add(new BlockFormat(
                        index, 1 << shift, IdentifyNamespace.LBAF_MS.of(format), IdentifyNamespace.LBAF_RP.of(format)));
            }
        }
        return formats;
    }

    private static String identifier(MemorySegment identify, int offset, int length) {
        byte[] bytes = identify.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        for (byte each : bytes) {
            if (each != 0) {
                return HexFormat.of().formatHex(bytes);
            }
        }
        return "";
    }
}
