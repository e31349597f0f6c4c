// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.igd;

import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.variant.RegionOps;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.IgdGeneration;
import io.jvfio.vendor.igd.spec.OpRegion;

/**
 * Intel graphics without graphics: what firmware sets up and VFIO shows. The memory that was taken for it is locked, as
 * firmware leaves it; the address of the OpRegion can be written, as on real functions. With an OpRegion it has the three
 * regions that vfio-pci adds, with q35's bridges.
 *
 * <p>Threads: immutable.
 */
final class IgdModel implements DeviceModel, RegisterPort {
    private static final int VGA = 0x030000;
    private static final int LOCKED = 1;
    private static final int STOLEN_BASE = 0x7c00_0000;
    private static final int ADDRESS = 0x7bff_e000;
    private static final long MIB = 1 << 20;
    private static final int PORTS = 64;
    private static final int BRIDGE = 0x100;
    private static final int HOST_SUBTYPE = 2;
    private static final int LPC_SUBTYPE = 3;

    private final IgdGeneration generation;
    private final int control;

    IgdModel(ModelSetup setup, IgdGeneration generation, long aperture, Blob opRegion) {
        this.generation = generation;
        boolean old = generation.number() < IgdGeneration.GEN8.number();
        // 2 MiB or 8 MiB of table entries, 64 MiB of stolen memory.
        this.control = (old ? 2 << 8 | 2 << 3 : 3 << 6 | 2 << 8) | LOCKED;
        ConfigRules.Builder config = setup.identity(PciIdentity.of(0x8086, deviceId(generation))
                .withSubsystem(0x8086, 0x2212)
                .withClass(VGA)
                .withRevision(7));
        config.value(IgdGeneration.GGC, Short.BYTES, control)
                .value(generation.bdsm(), Integer.BYTES, STOLEN_BASE | LOCKED)
                .value(IgdGeneration.ASLS, Integer.BYTES, opRegion.size() == 0 ? 0 : ADDRESS)
                .allow(IgdGeneration.ASLS, Integer.BYTES, -1, FieldAccess.RWS);
        long half = old ? 2 * MIB : 8 * MIB;
        var registers = setup.bar(0, 2 * half).wide().registers(this).described(IgdRegisters.bar(generation));
        registers.memory(half, half);
        setup.bar(2, aperture).wide().prefetchable().memory(0, aperture);
        setup.bar(4, PORTS).ports().described(IgdRegisters.ports());
        setup.described(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, IgdRegisters.config(generation));
        setup.interrupts(InterruptKinds.none().withPin().withMsi(1));
        if (opRegion.size() != 0) {
            regions(setup, opRegion);
        }
    }

    private static void regions(ModelSetup setup, Blob opRegion) {
        add(setup, OpRegion.REGION_SUBTYPE, opRegion, IgdRegisters.opRegion(opRegion));
        add(setup, HOST_SUBTYPE, bridge(0x29c0, 0x060000), IgdRegisters.bridge("host bridge", BRIDGE));
        add(setup, LPC_SUBTYPE, bridge(0x2918, 0x060100), IgdRegisters.bridge("LPC bridge", BRIDGE));
    }

    private static void add(ModelSetup setup, int subtype, Blob bytes, RegisterMap map) {
        int index = setup.readOnlyRegion(
                new RegionType(OpRegion.REGION_TYPE, subtype), bytes.size(), RegionOps.of(new Bytes(bytes)));
        setup.described(index, map);
    }

    private static Blob bridge(int device, int classCode) {
        byte[] config = new byte[BRIDGE];
        config[0] = (byte) 0x86;
        config[1] = (byte) 0x80;
        config[2] = (byte) device;
        config[3] = (byte) (device >>> Byte.SIZE);
        config[0x0a] = (byte) (classCode >>> Byte.SIZE);
        config[0x0b] = (byte) (classCode >>> 2 * Byte.SIZE);
        return Blob.of(config);
    }

    private static int deviceId(IgdGeneration generation) {
        return switch (generation) {
            case GEN6 -> 0x0112;
            case GEN7 -> 0x0412;
            case GEN8 -> 0x1616;
            case GEN11 -> 0x8a52;
            case GEN12 -> 0x9a49;
            default -> 0x1912;
        };
    }

    /** The mirrors of config space; everything else is 0. */
    @Override
    public long read(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            long at = offset + i;
            value |= (mirrored(at, IgdGeneration.GGC_MIRROR, control, Short.BYTES)
                            | mirrored(at, IgdGeneration.BDSM_MIRROR, STOLEN_BASE | LOCKED, generation.bdsmWidth()))
                    << i * Byte.SIZE;
        }
        return value;
    }

    private static long mirrored(long at, int start, int value, int width) {
        return at >= start && at < start + width ? (value & 0xffff_ffffL) >>> (at - start) * Byte.SIZE & 0xff : 0;
    }

    @Override
    public void write(long offset, int width, long value) {
        // Nothing is there, or it is locked.
    }

    @Override
    public boolean run() {
        return false;
    }

    @Override
    public void reset() {
        // Nothing has changed: what firmware set up stays.
    }

    /** Bytes that nobody writes. */
    private record Bytes(Blob bytes) implements RegisterPort {
        @Override
        public long read(long offset, int width) {
            return bytes.number((int) offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            // The region says that it can only be read.
        }
    }
}
