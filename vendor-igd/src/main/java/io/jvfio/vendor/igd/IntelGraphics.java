// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd;

import io.jvfio.device.RegionType;
import io.jvfio.pci.DeviceRegion;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.GraphicsControl;
import io.jvfio.vendor.igd.spec.IgdGeneration;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.StolenBase;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What an open device has of Intel graphics: the regions that vfio-pci adds, found by type and subtype, and the registers of
 * config space. Each method looks at the device anew, as firmware changes what is there.
 *
 * <p>With the variant {@code intel.igd} on the device, the address of the OpRegion and the base of stolen memory are a
 * guest's own, 0 at first.
 *
 * <p>Threads: thread-safe.
 */
public final class IntelGraphics {
    /** The type and subtype of the OpRegion. */
    public static final RegionType OP_REGION = new RegionType(OpRegion.REGION_TYPE, OpRegion.REGION_SUBTYPE);

    /** The type and subtype of the config space of the host bridge. */
    public static final RegionType HOST_BRIDGE = new RegionType(OpRegion.REGION_TYPE, 2);

    /** The type and subtype of the config space of the LPC bridge. */
    public static final RegionType LPC_BRIDGE = new RegionType(OpRegion.REGION_TYPE, 3);

    static final int VENDOR = 0x8086;
    static final int DISPLAY = 0x03;

    private final PciDevice device;

    private IntelGraphics(PciDevice device) {
        this.device = device;
    }

    /**
     * The graphics of a device, which stays the caller's.
     *
     * @throws IllegalArgumentException if it is no display of Intel's
     */
    public static IntelGraphics of(PciDevice device) {
        if (device.config().read16(PciRegisters.VENDOR_ID) != VENDOR
                || device.config().read8(PciRegisters.CLASS_CODE + 2) != DISPLAY) {
            throw new IllegalArgumentException(device + " is no display of Intel's");
        }
        return new IntelGraphics(device);
    }

    /** The generation, by the device id. */
    public IgdGeneration generation() {
        return IgdGeneration.of(device.config().read16(PciRegisters.DEVICE_ID));
    }

    /**
     * The bytes of the OpRegion, as a guest can be given them; empty if the device has none, which is usual for functions
     * that are no boot display.
     *
     * @throws io.jvfio.VfioException if it cannot be read
     */
    public Optional<Blob> opRegionBytes() {
        return bytes(OP_REGION);
    }

    /**
     * The OpRegion, taken apart.
     *
     * @throws io.jvfio.VfioException if it cannot be read
     * @throws io.jvfio.vendor.igd.spec.MalformedIgdException if it is none
     */
    public Optional<OpRegion> opRegion() {
        return opRegionBytes().map(OpRegion::parse);
    }

    /** The config space of the host bridge, as it is now; empty if the device does not show it. */
    public Optional<ConfigImage> hostBridge() {
        return bytes(HOST_BRIDGE).map(bytes -> ConfigImage.of(bytes.toArray()));
    }

    /** The config space of the LPC bridge, as it is now; empty if the device does not show it. */
    public Optional<ConfigImage> lpcBridge() {
        return bytes(LPC_BRIDGE).map(bytes -> ConfigImage.of(bytes.toArray()));
    }

    /** The address of the OpRegion, 32 bits unsigned; with the variant that of a guest, 0 until it has set one. */
    public long opRegionAddress() {
        return Integer.toUnsignedLong(device.config().read32(IgdGeneration.ASLS));
    }

    /** How much memory was taken for the graphics; empty if the generation has no such register or is not known. */
    public Optional<GraphicsControl> graphicsControl() {
        IgdGeneration generation = generation();
        return generation.hasRegisters()
                ? Optional.of(new GraphicsControl(generation, device.config().read16(IgdGeneration.GGC)))
                : Optional.empty();
    }

    /** Where that memory is; empty if the generation has no such register or is not known. */
    public Optional<StolenBase> stolenBase() {
        IgdGeneration generation = generation();
        if (!generation.hasRegisters()) {
            return Optional.empty();
        }
        long value = Integer.toUnsignedLong(device.config().read32(generation.bdsm()));
        if (generation.bdsmWidth() == Long.BYTES) {
            value |= (long) device.config().read32(generation.bdsm() + Integer.BYTES) << Integer.SIZE;
        }
        return Optional.of(new StolenBase(value));
    }

    private Optional<Blob> bytes(RegionType type) {
        return device.region(type).map(IntelGraphics::read);
    }

    private static Blob read(DeviceRegion region) {
        if (region.size() > Blob.LARGEST) {
            throw new IllegalStateException(region + " is larger than anything that is known of this type");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(region.size());
            int count = region.read(0, bytes);
            return Blob.of(bytes.asSlice(0, count));
        }
    }

    /** {@code Intel graphics 0000:00:02.0}. */
    @Override
    public String toString() {
        return "Intel graphics " + device.name();
    }
}
