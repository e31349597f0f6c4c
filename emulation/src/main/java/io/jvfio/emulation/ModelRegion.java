// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.VirtualConfig;
import io.jvfio.variant.RegionOps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A region of a model.
 *
 * @param info what is said of it
 * @param ops what it does
 * @param gate when it answers
 */
record ModelRegion(RegionInfo info, RegionOps ops, Gate gate) {

    /** Which bit of the command register lets a region answer. */
    enum Gate {
        /** None: always. */
        OPEN,
        /** Memory decoding. */
        MEMORY,
        /** I/O port decoding. */
        PORTS
    }

    static ModelRegion none(int index) {
        return new ModelRegion(RegionInfo.absent(index), PortOps.NOTHING, Gate.OPEN);
    }

    static ModelRegion bar(BarSetup bar, @Nullable MsixWindow msix) {
        BarOps ops = new BarOps(bar, msix);
        int flags = VfioPci.VFIO_REGION_INFO_FLAG_READ
                | VfioPci.VFIO_REGION_INFO_FLAG_WRITE
                | (ops.mmapAreas().isEmpty() ? 0 : VfioPci.VFIO_REGION_INFO_FLAG_MMAP);
        RegionInfo info = new RegionInfo(
                bar.index(), flags, bar.size(), ops.mmapAreas(), bar.ops().capabilities());
        return new ModelRegion(info, ops, bar.isPorts() ? Gate.PORTS : Gate.MEMORY);
    }

    static ModelRegion config(VirtualConfig config) {
        RegionInfo info = new RegionInfo(
                VfioPci.VFIO_PCI_CONFIG_REGION_INDEX,
                VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE,
                config.size());
        return new ModelRegion(info, new PortOps(config), Gate.OPEN);
    }

    static ModelRegion rom(byte[] image, long size) {
        byte[] all = Arrays.copyOf(image, (int) size);
        RegionInfo info = new RegionInfo(VfioPci.VFIO_PCI_ROM_REGION_INDEX, VfioPci.VFIO_REGION_INFO_FLAG_READ, size);
        return new ModelRegion(info, new RomOps(all), Gate.OPEN);
    }

    private static final class RomOps implements RegionOps {
        private final byte[] image;

        RomOps(byte[] image) {
            this.image = image;
        }

        @Override
        public long read(long offset, int width) {
            long value = 0;
            for (int i = 0; i < width; i++) {
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
