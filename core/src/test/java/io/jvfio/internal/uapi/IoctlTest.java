// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IoctlTest {
    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64", "s390x", "riscv64", "loongarch64"})
    void architectures_with_the_generic_header_add_nothing_to_the_number(String architecture) {
        assertThat(VfioDeviceInfo.VFIO_DEVICE_GET_INFO.request(IoctlEncoding.of(architecture)))
                .isEqualTo(0x3b6bL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ppc64le", "mips64el", "sparcv9"})
    void architectures_with_a_direction_of_three_bits_add_IOC_NONE(String architecture) {
        assertThat(VfioDeviceInfo.VFIO_DEVICE_GET_INFO.request(IoctlEncoding.of(architecture)))
                .isEqualTo(0x2000_3b6bL);
    }

    @Test
    void an_unknown_architecture_is_refused_by_name() {
        assertThatThrownBy(() -> IoctlEncoding.of("pdp11"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("\"pdp11\"");
    }

    @Test
    void the_request_on_this_machine_is_that_of_its_architecture() {
        Ioctl ioctl = IommuDestroy.IOMMU_DESTROY;
        assertThat(ioctl.request()).isEqualTo(ioctl.request(IoctlEncoding.of(System.getProperty("os.arch"))));
    }

    @Test
    void ioctls_with_the_same_number_keep_their_own_names() {
        Ioctl ofDevice = VfioPciHotResetInfo.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO;
        Ioctl ofContainer = VfioIommuType1Info.VFIO_IOMMU_GET_INFO;

        assertThat(ofDevice.number()).isEqualTo(ofContainer.number());
        assertThat(ofDevice).isNotEqualTo(ofContainer);
    }
}
