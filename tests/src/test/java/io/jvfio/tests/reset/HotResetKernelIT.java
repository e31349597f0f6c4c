// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.reset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.host.AffectedFunction;
import io.jvfio.host.AffectedFunction.Owner;
import io.jvfio.host.Host;
import io.jvfio.host.HotResetPlan;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Hot resets in both of the kernel's forms: with the descriptors of groups, and with an iommufd. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(names = {"TYPE1V2", "IOMMUFD"})
@Tag(LabParts.NEEDS_IGB)
final class HotResetKernelIT {
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 1 << 1;
    private static final int COMMAND_MASTER = 1 << 2;

    /** A register of igb that holds what is written: the address of a transmit ring. */
    private static final long TDBAL = 0xe000;

    private static final int RING = 0x00abcd00;
    private static final int EDU_ID = 0x010000ed;
    private static final UUID TOKEN = UUID.fromString("a3b7d5a2-3f6c-4a8e-8a55-6d0b1f2c9e44");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path BUS = Path.of("/sys/bus/pci");

    @Parameter
    AccessMode mode;

    private Vfio context;

    @BeforeEach
    void create() {
        context = Vfio.create();
    }

    @AfterEach
    void close() {
        context.close();
    }

    private PciDevice open(String address, OpenOptions options) {
        return context.openPci(mode.locator(address), options);
    }

    @Test
    void a_function_behind_a_root_port_is_reset() {
        try (PciDevice igb = open(LabDevices.IGB, mode.options())) {
            Mmio registers = igb.bar(0).mmio();
            registers.write32(TDBAL, RING);
            igb.enableBusMaster();
            assertThat(registers.read32(TDBAL)).isEqualTo(RING);

            HotResetPlan plan = HotResetPlan.of(Host.system(), igb, List.of());
            plan.execute();

            assertThat(plan.affected())
                    .singleElement()
                    .satisfies(own -> assertThat(own.owner()).isEqualTo(Owner.OURS));
            assertThat(igb.config().read16(COMMAND) & (COMMAND_MEMORY | COMMAND_MASTER))
                    .isEqualTo(COMMAND_MEMORY);
            assertThat(igb.guard(() -> registers.read32(TDBAL))).isZero();
        }
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void functions_of_one_group_are_reset_together_though_only_one_is_open() {
        try (PciDevice edu = open(LabDevices.GROUPED_EDU, mode.options())) {
            HotResetPlan plan = HotResetPlan.of(Host.system(), edu, List.of());

            assertThat(plan.affected())
                    .extracting(function -> function.address() + " " + function.owner())
                    .containsExactly(
                            LabDevices.GROUPED_EDU + " OURS",
                            LabDevices.GROUPED_TESTDEV + " OURS",
                            LabDevices.GROUPED_RNG + " OURS");
            plan.execute();
            assertThat(edu.guard(() -> edu.bar(0).mmio().read32(0))).isEqualTo(EDU_ID);
        }
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void a_function_without_a_driver_keeps_the_others_from_being_reset() throws IOException {
        Files.writeString(BUS.resolve("drivers/vfio-pci/unbind"), LabDevices.GROUPED_TESTDEV);
        try (PciDevice edu = open(LabDevices.GROUPED_EDU, mode.options())) {
            HotResetPlan plan = HotResetPlan.of(Host.system(), edu, List.of());

            assertThat(plan.obstacles())
                    .containsExactly(LabDevices.GROUPED_TESTDEV + " has no driver: bind it to vfio-pci");
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(plan::execute)
                    .withMessageContaining("EPERM")
                    .withMessageContaining(LabDevices.GROUPED_TESTDEV);
        } finally {
            LabDrivers.bind(LabDevices.GROUPED_TESTDEV, "vfio-pci");
        }
    }

    /** To the kernel a virtual function is a set of its own, so it never counts as one of those that are reset with it. */
    @Test
    void virtual_functions_keep_their_bus_from_being_reset() throws IOException {
        LabDrivers.allowVirtualFunctions(true);
        VirtualFunctions functions = Host.system().virtualFunctions(PciAddress.parse(LabDevices.IGB));
        OpenOptions options = mode.options().withVfToken(TOKEN);
        try {
            functions.create(1, CreateOptions.defaults().withDeadline(PATIENCE));
            try (PciDevice igb = open(LabDevices.IGB, options);
                    PciDevice virtual = open(LabDevices.IGB_FIRST_VF, options)) {
                HotResetPlan plan = HotResetPlan.of(Host.system(), igb, List.of(virtual));

                assertThat(plan.affected())
                        .extracting(AffectedFunction::owner)
                        .containsExactly(Owner.OURS, Owner.VIRTUAL_FUNCTION);
                assertThatExceptionOfType(VfioException.class)
                        .isThrownBy(plan::execute)
                        .withMessageContaining(LabDevices.IGB_FIRST_VF);
            }
        } finally {
            functions.remove(PATIENCE);
        }
    }

    @Test
    void a_function_on_a_root_bus_has_no_hot_reset() {
        try (PciDevice edu = open(LabDevices.EDU, mode.options())) {
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() -> HotResetPlan.of(Host.system(), edu, List.of()))
                    .withMessageContaining("ENODEV")
                    .withMessageContaining("root bus");
        }
    }
}
