// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.examples.Edu;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Register access, mapped and by calls of the kernel, on the lab's edu. */
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
final class EduRegisterKernelIT extends EduRegisterContract {
    private static final int BAR = 0;

    @Parameter
    AccessMode mode;

    @Override
    PciDevice open(LabSession session) {
        return session.open(mode, LabDevices.EDU);
    }

    @Test
    void the_device_is_named_by_its_address() {
        assertThat(edu.name()).contains(LabDevices.EDU);
    }

    @Test
    void a_mapped_access_and_a_call_of_the_kernel_reach_the_same_register() {
        assertThat(registers.isMapped(0, edu.bar(BAR).size())).isTrue();

        registers.write(Edu.LIVENESS, 0x1111);
        assertThat((int) edu.device().readRegister(BAR, Edu.LIVENESS.offset(), Integer.BYTES))
                .isEqualTo(~0x1111);

        edu.device().writeRegister(BAR, Edu.LIVENESS.offset(), Integer.BYTES, 0x2222);
        assertThat(registers.read(Edu.LIVENESS)).isEqualTo(~0x2222);
    }

    @Test
    void a_reset_that_the_device_does_not_have_is_refused_by_name() {
        assertThatThrownBy(edu::reset)
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("VFIO_DEVICE_RESET")
                .hasMessageContaining("knows no way to reset");
        assertThat(Edu.MAGIC.of(registers.read(Edu.IDENTIFICATION))).isEqualTo(Edu.MAGIC_VALUE);
    }
}
