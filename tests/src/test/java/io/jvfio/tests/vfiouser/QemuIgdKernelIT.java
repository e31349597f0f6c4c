// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.RegionType;
import io.jvfio.pci.DeviceRegion;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.Vbt;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The model igd behind QEMU's vfio-user device: what the guest's vfio-pci makes of OpRegions that firmware left, and what
 * the vendor's module reads there. The kernel looks at the OpRegion at each open.
 */
@Tag("qemu-client")
@Tag("mode-igd")
final class QemuIgdKernelIT {
    static final String ADDRESS = "0000:00:08.0";

    static final int HOST_BRIDGE = 2;
    static final int LPC_BRIDGE = 3;

    /** With the three of Intel graphics. */
    private static final int REGIONS = 12;

    @BeforeEach
    void bind() throws Exception {
        Shell.run("modprobe", "vfio-pci");
        LabDrivers.bind(ADDRESS, "vfio-pci");
    }

    @AfterEach
    void forget() throws Exception {
        place(0);
    }

    /** As firmware does it: the register is written while nobody has the function open. */
    static void place(long address) throws Exception {
        Shell.run("setpci", "-s", ADDRESS, "fc.l=" + Long.toHexString(address));
    }

    static Blob bytes(PciDevice device, int subtype) {
        DeviceRegion region =
                device.region(new RegionType(OpRegion.REGION_TYPE, subtype)).orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(region.size());
            return Blob.of(bytes.asSlice(0, region.read(0, bytes)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"group:", "cdev:"})
    void each_layout_is_shown_by_the_kernel_and_decoded_by_the_vendor(String way) throws Exception {
        for (OpRegionArea.Layout layout : OpRegionArea.Layout.all()) {
            place(layout.address());
            Blob presented = layout.presented();
            if (presented == null) {
                assertThatThrownBy(() -> Vfio.open(way + ADDRESS).close())
                        .as(layout.name())
                        .isInstanceOfSatisfying(
                                VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
                continue;
            }
            try (PciDevice device = Vfio.open(way + ADDRESS)) {
                assertThat(device.device().info().regionCount())
                        .as(layout.name())
                        .isGreaterThanOrEqualTo(REGIONS);
                OpRegion region = OpRegion.parse(bytes(device, OpRegion.REGION_SUBTYPE));
                assertThat(region.bytes()).as(layout.name()).isEqualTo(presented);
                Vbt table = region.vbt().orElseThrow();
                Blob written = Objects.requireNonNull(layout.table());
                assertThat(table.bytes().toArray()).as(layout.name()).startsWith(written.toArray());
                assertThat(bytes(device, HOST_BRIDGE).u32(0)).isEqualTo(0x29c0_8086);
                assertThat(bytes(device, LPC_BRIDGE).u32(0)).isEqualTo(0x2918_8086);
            }
        }
    }

    @Test
    void without_an_OpRegion_there_are_no_regions() throws Exception {
        place(0);
        try (PciDevice device = Vfio.open(ADDRESS)) {
            for (int subtype : new int[] {OpRegion.REGION_SUBTYPE, HOST_BRIDGE, LPC_BRIDGE}) {
                assertThat(device.region(new RegionType(OpRegion.REGION_TYPE, subtype)))
                        .isEmpty();
            }
        }
    }
}
