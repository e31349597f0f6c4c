// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.VirtualConfig;
import io.jvfio.variant.RegionOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A region of a model.
 *
 * @param info what is said of it
 * @param ops what it does
 * @param gate when it answers
 */
record ModelRegion(RegionInfo info, RegionOps ops, Gate gate) {
    static final int READ_WRITE = VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE;

    /** Which bit of the command register lets a region answer. */
    enum Gate {
        /** None: always. */
        OPEN,
        /** Memory decoding. */
        MEMORY,
        /** I/O port decoding. */
        PORTS
    }

    /** Reads as 0 and ignores what is written. */
    static final RegionOps NOTHING = new RomOps(new byte[0]);

    static ModelRegion none(int index) {
        return new ModelRegion(RegionInfo.absent(index), NOTHING, Gate.OPEN);
    }

    static ModelRegion bar(BarSetup bar, @Nullable MsixWindow msix) {
        BarOps ops = new BarOps(bar, msix);
        RegionInfo info =
                info(bar.index(), READ_WRITE, bar.size(), ops, bar.ops().capabilities());
        return new ModelRegion(info, ops, bar.isPorts() ? Gate.PORTS : Gate.MEMORY);
    }

    static ModelRegion config(VirtualConfig config) {
        RegionInfo info = new RegionInfo(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, READ_WRITE, config.size());
        return new ModelRegion(info, RegionOps.of(config), Gate.OPEN);
    }

    static ModelRegion rom(byte[] image, long size) {
        RegionInfo info = new RegionInfo(VfioPci.VFIO_PCI_ROM_REGION_INDEX, VfioPci.VFIO_REGION_INFO_FLAG_READ, size);
        return new ModelRegion(info, new RomOps(Arrays.copyOf(image, (int) size)), Gate.OPEN);
    }

    /** A region beyond those of the bus: it says what it is by its type. */
    static ModelRegion added(int index, RegionType type, int access, long size, RegionOps ops) {
        List<InfoCapability> capabilities = new ArrayList<>();
        capabilities.add(InfoCapability.type(type));
        capabilities.addAll(ops.capabilities());
        return new ModelRegion(info(index, access, size, ops, capabilities), ops, Gate.OPEN);
    }

    private static RegionInfo info(int index, int access, long size, RegionOps ops, List<InfoCapability> capabilities) {
        int flags = access
                | (ops.mmapAreas().isEmpty() ? 0 : VfioPci.VFIO_REGION_INFO_FLAG_MMAP)
                | (capabilities.isEmpty() ? 0 : VfioPci.VFIO_REGION_INFO_FLAG_CAPS);
        return new RegionInfo(index, flags, size, ops.mmapAreas(), capabilities);
    }

    /** The same with at most so many bytes. */
    ModelRegion shortened(long most) {
        RegionInfo less = new RegionInfo(
                info.index(), info.flags(), Math.min(most, info.size()), info.mmapAreas(), info.capabilities());
        return new ModelRegion(less, ops, gate);
    }

    /**
     * The same, reached through other operations, which say what of it can be mapped.
     *
     * @param decoded whether memory answers whatever the command register says
     */
    ModelRegion wrapped(RegionOps outer, boolean decoded) {
        RegionInfo told = info(info.index(), info.flags() & READ_WRITE, info.size(), outer, info.capabilities());
        return new ModelRegion(told, outer, decoded && gate == Gate.MEMORY ? Gate.OPEN : gate);
    }

    /** What has an image, and reads as 0 behind its end. */
    private static final class RomOps implements RegionOps {
        private final byte[] image;

        RomOps(byte[] image) {
            this.image = image;
        }

        @Override
        public long read(long offset, int width) {
            long value = 0;
            for (int i = 0; i < width && offset + i < image.length; i++) {
                value |= (image[(int) offset + i] & 0xffL) << i * Byte.SIZE;
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            // It is read-only.
        }
    }
}
