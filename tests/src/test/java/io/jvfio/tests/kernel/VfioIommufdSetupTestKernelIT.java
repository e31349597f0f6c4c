// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.PassedDevice;
import io.jvfio.device.Reattachable;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioDeviceInfo;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_iommufd_setup_test.c}: binding a device's node to an
 * iommufd, and attaching it to an IOAS.
 */
@Tag("mode-iommufd")
@Tag(LabParts.NEEDS_IGB)
final class VfioIommufdSetupTestKernelIT extends KernelFixture {
    private Descriptor cdev;
    private Descriptor iommufd;

    @BeforeEach
    void openNodes() {
        cdev = closing(DeviceNodes.openCdev(LabDevices.IGB));
        iommufd = closing(DeviceNodes.openIommufd());
    }

    @Test
    void bind() {
        VfioDevice device = closing(context().openDevice(unbound(iommufd)));
        assertThat(device.info().pci()).isTrue();
        assertThat(getInfo()).isZero();
    }

    @Test
    void get_info_without_bind_fails() {
        assertThat(getInfo()).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void bind_bad_iommufd_fails() {
        EventFd notAnIommufd = closing(EventFd.open(SystemCalls.linux()));
        assertThatThrownBy(() -> context().openDevice(unbound(notAnIommufd.fd())))
                .isInstanceOf(VfioException.class);
        assertThat(getInfo()).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void repeated_bind_fails() {
        closing(context().openDevice(unbound(iommufd)));
        assertThatThrownBy(() -> context().openDevice(unbound(iommufd)))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.call()).isEqualTo("VFIO_DEVICE_BIND_IOMMUFD");
                    assertThat(e.name()).isEqualTo("EINVAL");
                    assertThat(e.hint()).contains("one user at a time");
                });
    }

    @Test
    void attach_detach_pt() {
        VfioDevice device = closing(context().openDevice(unbound(iommufd)));
        AddressSpace space = device.addressSpace();
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        attachment.detach();
        assertThatThrownBy(device::addressSpace).isInstanceOf(IllegalStateException.class);
        attachment.attach(space);
        assertThat(device.addressSpace()).isSameAs(space);
    }

    @Test
    void attach_invalid_pt_fails() {
        closing(context().openDevice(unbound(iommufd)));
        PassedDevice bound = new PassedDevice.Bound(cdev, iommufd, -1, LabDevices.IGB);
        assertThatThrownBy(() -> context().openDevice(bound))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOENT"));
    }

    private PassedDevice unbound(Fd toBindTo) {
        return new PassedDevice.Cdev(cdev, toBindTo, LabDevices.IGB, null);
    }

    private int getInfo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = VfioDeviceInfo.STRUCT.allocate(arena, VfioDeviceInfo.request());
            return cdev.ioctl(VfioDeviceInfo.VFIO_DEVICE_GET_INFO.request(), info);
        }
    }
}
