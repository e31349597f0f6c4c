// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Allocations;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.FieldAccess;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Register access through a variant allocates nothing. */
@Tag("allocation")
class VariantAllocationTest {
    private static final int CONFIG = PlainFunction.CONFIG;

    private long seen;

    /** Keeps one word for all registers, and no log. */
    private static final class Silent extends ForwardingDevice {
        private final DeviceInfo info;
        private final RegionInfo bar;
        private final RegionInfo config;
        private long word;

        Silent(VfioDevice below) {
            super(below);
            info = below.info();
            bar = below.region(0);
            config = below.region(CONFIG);
        }

        @Override
        public DeviceInfo info() {
            return info;
        }

        @Override
        public RegionInfo region(int index) {
            return index == 0 ? bar : index == CONFIG ? config : RegionInfo.absent(index);
        }

        @Override
        public long readRegister(int region, long offset, int width) {
            return word;
        }

        @Override
        public void writeRegister(int region, long offset, int width, long value) {
            word = value;
        }

        @Override
        public long modifyRegister(int region, long offset, int width, long mask, long value) {
            long old = word;
            word = old & ~mask | value & mask;
            return old;
        }
    }

    private final RegisterPort word = new RegisterPort() {
        @Override
        public long read(long offset, int width) {
            return seen;
        }

        @Override
        public void write(long offset, int width, long value) {
            seen = value;
        }
    };

    private void access(VariantDevice device, int region, long offset) {
        Allocations.assertNone(() -> {
            seen += device.readRegister(region, offset, 4);
            device.writeRegister(region, offset, 4, seen);
        });
    }

    private static VariantDevice on(Additions additions) {
        return new VariantDevice(new Silent(new PlainFunction()), additions) {};
    }

    @Test
    void without_anything_added() {
        VariantDevice device = on(Additions.none());
        access(device, 0, 0x1000);
        access(device, CONFIG, 0x40);
    }

    @Test
    void with_an_overlay() {
        VariantDevice device = on(Additions.none()
                .withOverlay(ConfigOverlay.builder()
                        .bits(0x40, 4, 0xff, 0, FieldAccess.RW)
                        .hook(0x40, 4, (offset, width, value) -> seen = value)
                        .build()));
        access(device, CONFIG, 0x40);
        access(device, CONFIG, 0x80);
        Allocations.assertNone(() -> seen += device.modifyRegister(CONFIG, 0x40, 4, 0xf0f, seen));
    }

    @Test
    void with_a_trap_and_a_region() {
        VariantDevice device = on(Additions.none()
                .withTraps(List.of(new Trap(0, 0x1000, 0x1000, Trap.Kind.EMULATE, word)))
                .withRegions(List.of(new AddedRegion(new RegionType(1, 2), 8, true, true, RegionOps.of(word)))));
        access(device, 0, 0x1000);
        access(device, 0, 0x2000);
        access(device, 9, 4);
    }
}
