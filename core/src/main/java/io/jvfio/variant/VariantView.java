// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.pci.config.ConfigView;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An opened device as a provider sees it that is asked about it: everything can be looked at and nothing changed. Reads of
 * registers and questions for features are counted, so that asking ends.
 *
 * <p>Threads: one at a time.
 */
public final class VariantView {
    /** How many accesses one provider may make. */
    public static final int MOST_ACCESSES = 4096;

    private final VfioDevice device;
    private final DeviceIdentity identity;
    private final Map<String, String> options;
    private int accesses;

    VariantView(VfioDevice device, DeviceIdentity identity, Map<String, String> options) {
        this.device = device;
        this.identity = identity;
        this.options = options;
    }

    /** The same device, with nothing counted yet. */
    VariantView again() {
        return new VariantView(device, identity, options);
    }

    /** Its numbers. */
    public DeviceIdentity identity() {
        return identity;
    }

    /** What it says of itself, the info chain included. */
    public DeviceInfo info() {
        return device.info();
    }

    /** Its regions, in the order of their indexes. */
    public List<RegionInfo> regions() {
        return IntStream.range(0, device.info().regionCount())
                .mapToObj(device::region)
                .toList();
    }

    /** The first region of a type. */
    public Optional<RegionInfo> region(RegionType type) {
        Objects.requireNonNull(type, "type");
        return regions().stream()
                .filter(region -> region.type().filter(type::equals).isPresent())
                .findFirst();
    }

    /** How many vectors it has of a type. */
    public int vectors(InterruptType type) {
        return type.index() < device.info().irqCount() ? irq(type.index()).count() : 0;
    }

    /** What is known of an interrupt index. */
    public IrqInfo irq(int index) {
        return device.irq(index);
    }

    /** What the user asks of the variant, by name. */
    public Map<String, String> options() {
        return options;
    }

    /**
     * Whether it has a feature, in any direction.
     *
     * @param number {@code VFIO_DEVICE_FEATURE_*}
     * @throws IllegalStateException after {@link #MOST_ACCESSES}
     */
    public boolean hasFeature(int number) {
        count();
        return DeviceFeature.Probe.any(device, number);
    }

    /**
     * Reads a register.
     *
     * @param region its index
     * @param offset as for {@link VfioDevice#readRegister}
     * @param width 1, 2, 4 or 8 bytes
     * @throws IllegalStateException after {@link #MOST_ACCESSES}
     */
    public long readRegister(int region, long offset, int width) {
        count();
        return device.readRegister(region, offset, width);
    }

    /** Its config space; each read counts as an access. */
    public ConfigView config() {
        return new Config();
    }

    private void count() {
        if (++accesses > MOST_ACCESSES) {
            throw new IllegalStateException(
                    "more than " + MOST_ACCESSES + " accesses while it was asked about a device");
        }
    }

    /** Config space, read through the view. Threads: one at a time. */
    private final class Config implements ConfigView {
        private static final int REGION = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;

        @Override
        public int size() {
            return (int) device.region(REGION).size();
        }

        @Override
        public int read8(int offset) {
            return (int) readRegister(REGION, offset, Byte.BYTES);
        }

        @Override
        public int read16(int offset) {
            return (int) readRegister(REGION, offset, Short.BYTES);
        }

        @Override
        public int read32(int offset) {
            return (int) readRegister(REGION, offset, Integer.BYTES);
        }
    }
}
