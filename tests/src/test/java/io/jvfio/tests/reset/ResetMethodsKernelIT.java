// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.reset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.ResetOnOpen;
import io.jvfio.host.Host;
import io.jvfio.host.ResetMethods;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the kernel resets a function, and what of that is chosen. */
@Tag(LabParts.NEEDS_IGB)
final class ResetMethodsKernelIT {
    private static final PciAddress IGB = PciAddress.parse(LabDevices.IGB);
    private static final UUID TOKEN = UUID.fromString("5b8d8f7e-2a16-4f2b-9a6d-c3f5be1d7a10");
    private static final OpenOptions WITH_TOKEN = OpenOptions.defaults().withVfToken(TOKEN);

    /** The BAR of a virtual function's MSI-X table: memory that keeps what is written. */
    private static final int TABLE_BAR = 3;

    private static final int STALE = 0x00fee000;

    private final Host host = Host.system();

    @Test
    void methods_are_those_that_the_kernel_tells() {
        assertThat(host.resetMethods(IGB).enabled()).contains("flr");
        assertThat(host.resetMethods(PciAddress.parse(LabDevices.EDU)).enabled())
                .isEmpty();
    }

    @Test
    void a_chosen_method_is_used_and_then_the_old_ones_are_back() {
        ResetMethods methods = host.resetMethods(IGB);
        List<String> before = methods.enabled();

        try (ResetMethods.Choice choice = methods.use(List.of("bus"));
                PciDevice igb = Vfio.open(LabDevices.IGB)) {
            assertThat(choice).isNotNull();
            assertThat(methods.enabled()).containsExactly("bus");
            igb.reset();
        }

        assertThat(methods.enabled()).isEqualTo(before);
    }

    @Test
    void a_method_that_the_function_does_not_have_is_refused_with_those_it_has() {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> host.resetMethods(IGB).choose(List.of("af_flr")))
                .withMessageContaining("EINVAL")
                .withMessageContaining("flr");
    }

    @Test
    void a_virtual_function_has_nothing_of_its_last_user_unless_it_cannot_be_reset() throws IOException {
        LabDrivers.allowVirtualFunctions(true);
        VirtualFunctions functions = host.virtualFunctions(IGB);
        try {
            PciAddress address = functions
                    .create(1, CreateOptions.defaults().withDeadline(Duration.ofSeconds(30)))
                    .getFirst();
            ResetMethods methods = host.resetMethods(address);
            try (PciDevice physical = Vfio.open(LabDevices.IGB, WITH_TOKEN)) {
                methods.choose(List.of());
                assertThat(methods.enabled()).as(physical.name()).isEmpty();
                leave(address, STALE);
                assertThat(found(address, WITH_TOKEN)).isEqualTo(STALE);
                assertThatExceptionOfType(VfioException.class)
                        .isThrownBy(() -> found(address, WITH_TOKEN.withResetOnOpen(ResetOnOpen.REQUIRED)))
                        .withMessageContaining("ENOTTY");
                methods.restoreDefault();
                assertThat(found(address, WITH_TOKEN.withResetOnOpen(ResetOnOpen.REQUIRED)))
                        .isZero();
            }
        } finally {
            functions.remove(Duration.ofSeconds(30));
        }
    }

    private static void leave(PciAddress address, int value) {
        try (PciDevice virtual = Vfio.open(address.toString(), WITH_TOKEN)) {
            virtual.bar(TABLE_BAR).mmio().write32(0, value);
        }
    }

    private static int found(PciAddress address, OpenOptions options) {
        try (PciDevice virtual = Vfio.open(address.toString(), options)) {
            return virtual.guard(() -> virtual.bar(TABLE_BAR).mmio().read32(0));
        }
    }
}
