// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.host.Host;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_pci_sriov_uapi_test.c}: while a PF is in user hands a
 * VF of it opens only with the PF's token.
 */
abstract class VfioPciSriovUapiContract extends KernelFixture {
    private static final UUID FIRST = UUID.fromString("0d5b1c7e-93a4-4c58-8f4e-5f1d6c9e2a01");
    private static final UUID SECOND = UUID.fromString("7e2f9a40-11c6-4bd3-9a0b-c5d8e7f60b02");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final VirtualFunctions FUNCTIONS = Host.system().virtualFunctions(PciAddress.parse(LabDevices.IGB));

    /** The fixture's variants: the token that the VF is opened with. */
    enum Token {
        SAME_UUID(FIRST),
        DIFF_UUID(SECOND),
        NULL_UUID(null);

        private final @Nullable UUID uuid;

        Token(@Nullable UUID uuid) {
            this.uuid = uuid;
        }
    }

    @Parameter
    AccessMode mode;

    @BeforeAll
    static void createFunctions() throws IOException {
        LabDrivers.allowVirtualFunctions(true);
        FUNCTIONS.create(1, CreateOptions.defaults().withReplace(true).withDeadline(PATIENCE));
    }

    @AfterAll
    static void removeFunctions() {
        FUNCTIONS.remove(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void init_token_match(Token token) {
        AddressSpace space = emptySpace(mode, LabDevices.IGB);
        openFunction(space, LabDevices.IGB, FIRST);
        checkVirtualFunction(space, token, FIRST);
    }

    @ParameterizedTest
    @EnumSource
    void pf_early_close(Token token) {
        AddressSpace space = emptySpace(mode, LabDevices.IGB);
        openFunction(space, LabDevices.IGB, FIRST).close();
        checkVirtualFunction(space, token, FIRST);
    }

    @ParameterizedTest
    @EnumSource
    void override_token(Token token) {
        AddressSpace space = emptySpace(mode, LabDevices.IGB);
        VfioDevice physical = openFunction(space, LabDevices.IGB, FIRST);
        assertThat(physical.feature(new DeviceFeature.VfToken(SECOND))).hasValue(DeviceFeature.Done.DONE);
        checkVirtualFunction(space, token, SECOND);
    }

    private void checkVirtualFunction(AddressSpace space, Token token, UUID wanted) {
        String virtual = FUNCTIONS.list().getFirst().toString();
        if (wanted.equals(token.uuid)) {
            assertThat(openFunction(space, virtual, token.uuid).info().pci()).isTrue();
        } else {
            assertThatThrownBy(() -> openFunction(space, virtual, token.uuid))
                    .isInstanceOfSatisfying(VfioException.class, e -> {
                        assertThat(e.name()).isIn("EACCES", "EINVAL");
                        assertThat(e.hint()).containsIgnoringCase("token");
                    });
        }
    }

    private VfioDevice openFunction(AddressSpace space, String address, @Nullable UUID token) {
        OpenOptions options = mode.options().withAddressSpace(space);
        return closing(
                context().openDevice(mode.locator(address), token == null ? options : options.withVfToken(token)));
    }
}
