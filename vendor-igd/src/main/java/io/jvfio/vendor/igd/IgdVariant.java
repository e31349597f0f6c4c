// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd;

import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.variant.AddedRegion;
import io.jvfio.variant.Additions;
import io.jvfio.variant.ConfigOverlay;
import io.jvfio.variant.RegionOps;
import io.jvfio.variant.Trap;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantDevice;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.IgdGeneration;
import java.util.ArrayList;
import java.util.List;

/**
 * Intel graphics for a guest. The registers that hold addresses of the host are the guest's own: its firmware copies the
 * OpRegion into its own memory and writes the address to ASLS, and takes memory of its own and writes its base to BDSM. The
 * mirrors of these registers in BAR 0 show the same. They keep their values when the function is reset, as firmware writes
 * them once at boot.
 *
 * <p>Threads: thread-safe.
 */
final class IgdVariant extends VariantDevice {
    private static final int CONFIG = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;

    private IgdVariant(VfioDevice below, VariantContext context, Mirror mirror, Additions additions) {
        super(below, context, additions);
        mirror.config = this;
    }

    static IgdVariant open(VfioDevice below, VariantContext context) {
        IgdOptions options = IgdOptions.of(context.options());
        IgdGeneration generation = IgdGeneration.of(context.config().read16(PciRegisters.DEVICE_ID));
        List<AddedRegion> regions = new ArrayList<>();
        Blob file = options.opRegion();
        if (file != null) {
            refuseSecond(below);
            regions.add(
                    new AddedRegion(IntelGraphics.OP_REGION, file.size(), true, false, RegionOps.of(new Image(file))));
        }
        ConfigOverlay.Builder overlay = ConfigOverlay.builder().register(IgdGeneration.ASLS, 4, 0, FieldAccess.RWS);
        List<Mirrored> mirrored = new ArrayList<>();
        if (generation.hasRegisters()) {
            for (int i = 0; i < generation.bdsmWidth(); i += Integer.BYTES) {
                overlay.register(generation.bdsm() + i, 4, 0, FieldAccess.RWS);
            }
            mirrored.add(new Mirrored(IgdGeneration.BDSM_MIRROR, generation.bdsm(), generation.bdsmWidth()));
        }
        if (options.gms() >= 0) {
            int control = context.config().read16(IgdGeneration.GGC);
            overlay.register(IgdGeneration.GGC, 2, withGms(generation, control, options.gms()), FieldAccess.ROS);
            mirrored.add(new Mirrored(IgdGeneration.GGC_MIRROR, IgdGeneration.GGC, Short.BYTES));
        }
        Mirror mirror = new Mirror(below, List.copyOf(mirrored));
        Additions additions = Additions.none()
                .withRegions(regions)
                .withOverlay(overlay.build())
                .withTraps(traps(below, mirror));
        return new IgdVariant(below, context, mirror, additions);
    }

    private static void refuseSecond(VfioDevice below) {
        for (int i = 0; i < below.info().regionCount(); i++) {
            RegionInfo region = below.region(i);
            if (region.type().filter(IntelGraphics.OP_REGION::equals).isPresent()) {
                throw new IllegalArgumentException(
                        below + " has an OpRegion of its own, region " + i + ": it takes none from a file");
            }
        }
    }

    /** The control register with another size of stolen memory. */
    private static int withGms(IgdGeneration generation, int control, int gms) {
        int number = generation.number();
        if (!generation.hasRegisters()) {
            throw new IllegalArgumentException("gms: the generation is not one whose register is known");
        }
        boolean narrow = number < IgdGeneration.GEN8.number() || generation == IgdGeneration.CHERRYVIEW;
        int most = narrow ? 0x10 : 0x40;
        boolean fine = number >= IgdGeneration.GEN9.number() && gms >= 0xf0 && gms <= 0xfe;
        if (gms > most && !fine) {
            throw new IllegalArgumentException("gms=" + gms + " is no size of stolen memory in this generation");
        }
        int shift = narrow ? 3 : 8;
        int mask = narrow ? 0x1f : 0xff;
        return control & ~(mask << shift) | gms << shift;
    }

    /** The page of the mirrors, where BAR 0 has it. */
    private static List<Trap> traps(VfioDevice below, Mirror mirror) {
        long page = IgdGeneration.GGC_MIRROR & -Trap.PAGE;
        return mirror.registers.isEmpty() || below.region(0).size() < page + Trap.PAGE
                ? List.of()
                : List.of(new Trap(0, page, Trap.PAGE, Trap.Kind.EMULATE, mirror));
    }

    /** A register of config space that BAR 0 shows too. */
    private record Mirrored(long offset, int config, int width) {
        boolean has(long at) {
            return at >= offset && at < offset + width;
        }
    }

    /** The page of BAR 0 in which registers of config space are shown again, byte by byte. */
    private static final class Mirror implements RegisterPort {
        private final VfioDevice below;
        private final List<Mirrored> registers;

        /** Whose config space is shown; set before anybody can access the device. */
        private volatile VfioDevice config;

        Mirror(VfioDevice below, List<Mirrored> registers) {
            this.below = below;
            this.config = below;
            this.registers = registers;
        }

        @Override
        public long read(long offset, int width) {
            if (!touched(offset, width)) {
                return below.readRegister(0, offset, width);
            }
            long value = whole(offset, width) ? 0 : below.readRegister(0, offset, width);
            for (int i = 0; i < width; i++) {
                int at = configOffset(offset + i);
                if (at >= 0) {
                    value &= ~(0xffL << i * Byte.SIZE);
                    value |= config.readRegister(CONFIG, at, 1) << i * Byte.SIZE;
                }
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            if (!touched(offset, width)) {
                below.writeRegister(0, offset, width, value);
                return;
            }
            for (int i = 0; i < width; i++) {
                int at = configOffset(offset + i);
                if (at >= 0) {
                    config.writeRegister(CONFIG, at, 1, value >>> i * Byte.SIZE & 0xff);
                } else {
                    below.writeRegister(0, offset + i, 1, value >>> i * Byte.SIZE & 0xff);
                }
            }
        }

        private boolean touched(long offset, int width) {
            for (int i = 0; i < width; i++) {
                if (configOffset(offset + i) >= 0) {
                    return true;
                }
            }
            return false;
        }

        private boolean whole(long offset, int width) {
            for (int i = 0; i < width; i++) {
                if (configOffset(offset + i) < 0) {
                    return false;
                }
            }
            return true;
        }

        /** Where in config space a byte of the page is; -1 if it is none. */
        private int configOffset(long at) {
            for (int i = 0; i < registers.size(); i++) {
                Mirrored each = registers.get(i);
                if (each.has(at)) {
                    return each.config + (int) (at - each.offset);
                }
            }
            return -1;
        }
    }

    /** The bytes of a file, which nobody writes. */
    private record Image(Blob bytes) implements RegisterPort {
        @Override
        public long read(long offset, int width) {
            return bytes.number((int) offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            // The region is read-only, and says so.
        }
    }
}
