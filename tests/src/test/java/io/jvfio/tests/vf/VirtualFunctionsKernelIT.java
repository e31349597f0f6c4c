// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VirtualFunctionException;
import io.jvfio.host.VirtualFunctionException.Outcome;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Virtual functions of igb, whose physical function vfio-pci has. */
@Tag(LabParts.NEEDS_IGB)
final class VirtualFunctionsKernelIT {
    private static final PciAddress IGB = PciAddress.parse(LabDevices.IGB);
    private static final UUID TOKEN = UUID.fromString("4f0f2c52-8a0e-4d6b-9c1e-0b7a52d1c3f4");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final CreateOptions OPTIONS = CreateOptions.defaults().withDeadline(PATIENCE);

    private final Host host = Host.system();
    private final VirtualFunctions functions = host.virtualFunctions(IGB);

    @BeforeEach
    void allow() throws IOException {
        LabDrivers.allowVirtualFunctions(true);
    }

    @AfterEach
    void removeAll() throws IOException {
        functions.remove(PATIENCE);
        LabDrivers.allowVirtualFunctions(true);
    }

    @Test
    void virtual_functions_come_bound_to_vfio_and_can_be_opened_and_go() {
        List<PciAddress> made = functions.create(2, OPTIONS);

        assertThat(made)
                .extracting(PciAddress::toString)
                .containsExactly(LabDevices.IGB_FIRST_VF, LabDevices.IGB_SECOND_VF);
        HostFunction first = host.function(made.getFirst()).orElseThrow();
        assertThat(first.sriov()).isEqualTo(SriovRole.VF);
        assertThat(first.physicalFunction()).isEqualTo(IGB);
        assertThat(first.driver()).isEqualTo("vfio-pci");
        assertThat(functions.remove(PATIENCE)).isEqualTo(2);
        assertThat(host.function(made.getFirst())).isEmpty();
    }

    @Test
    void their_number_is_changed_only_when_the_old_ones_may_go() {
        functions.create(1, OPTIONS);

        assertThatExceptionOfType(VirtualFunctionException.class)
                .isThrownBy(() -> functions.create(2, OPTIONS))
                .satisfies(refused -> assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED));
        assertThat(functions.create(2, OPTIONS.withReplace(true))).hasSize(2);
    }

    @Test
    void without_the_parameter_of_vfio_pci_there_are_none_and_the_error_says_so() throws IOException {
        LabDrivers.allowVirtualFunctions(false);

        assertThatExceptionOfType(VirtualFunctionException.class)
                .isThrownBy(() -> functions.create(1, OPTIONS))
                .satisfies(refused -> {
                    assertThat(refused.name()).isEqualTo("ENOENT");
                    assertThat(refused.hint()).contains("echo 1 > " + LabDrivers.ENABLE_SRIOV);
                    assertThat(refused.outcome()).isEqualTo(Outcome.ROLLED_BACK);
                });
        assertThat(functions.count()).isZero();
    }

    /** The kernel would wait for this process, which waits for the kernel. */
    @ParameterizedTest(name = "[mode={0}]")
    @EnumSource(names = {"TYPE1V2", "IOMMUFD"})
    void virtual_functions_in_use_are_left_alone(AccessMode mode) {
        String first = functions.create(1, OPTIONS).getFirst().toString();
        OpenOptions options = mode.options().withVfToken(TOKEN);
        try (PciDevice physical = Vfio.open(LabDevices.IGB, options);
                PciDevice open = Vfio.open(first, options)) {
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() -> functions.remove(PATIENCE))
                    .withMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(functions.count()).as("%s, %s", physical, open).isEqualTo(1);
        }
    }
}
