// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.PassedDevice;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Devices of which somebody else has opened the descriptors. */
@Tag(LabParts.NEEDS_EDU)
final class PassedDeviceKernelIT extends KernelFixture {
    private static final int LENGTH = 256;

    @Test
    @Tag("mode-type1v2")
    void a_passed_group_is_used_and_stays_with_its_owner() {
        Descriptor group = closing(DeviceNodes.openGroup(LabDevices.EDU));
        for (int round = 0; round < 2; round++) {
            try (VfioDevice edu = context().openDevice(new PassedDevice.Group(group, LabDevices.EDU, null))) {
                assertMovesMemory(edu);
            }
            assertThat(group.isOpen()).isTrue();
        }
    }

    @Test
    @Tag("mode-iommufd")
    void a_passed_node_is_bound_to_an_iommufd_of_our_own() {
        Descriptor node = closing(DeviceNodes.openCdev(LabDevices.EDU));
        VfioDevice edu = context().openDevice(new PassedDevice.Cdev(node, null, LabDevices.EDU, null));
        assertMovesMemory(edu);
        edu.close();
        assertThat(node.isOpen()).isTrue();
    }

    @Test
    @Tag("mode-iommufd")
    void a_passed_node_is_bound_to_the_iommufd_that_came_with_it() {
        Descriptor node = closing(DeviceNodes.openCdev(LabDevices.EDU));
        Descriptor iommufd = closing(DeviceNodes.openIommufd());
        VfioDevice edu = context().openDevice(new PassedDevice.Cdev(node, iommufd, LabDevices.EDU, null));
        assertMovesMemory(edu);
        edu.close();
        // Bound it stays: from now on it is a bound device, which can be taken again and again.
        for (int round = 0; round < 2; round++) {
            try (VfioDevice again = context().openDevice(new PassedDevice.Bound(node, iommufd, 0, LabDevices.EDU))) {
                assertMovesMemory(again);
            }
        }
        assertThat(iommufd.isOpen()).isTrue();
    }

    @Test
    @Tag("mode-iommufd")
    void a_bound_device_joins_the_address_space_that_came_with_it_and_does_not_destroy_it() {
        Descriptor node = closing(DeviceNodes.openCdev(LabDevices.EDU));
        Descriptor iommufd = closing(DeviceNodes.openIommufd());
        context()
                .openDevice(new PassedDevice.Cdev(node, iommufd, LabDevices.EDU, null))
                .close();
        int ioas = RawIommufd.allocateIoas(iommufd);
        for (int round = 0; round < 2; round++) {
            try (VfioDevice edu = context().openDevice(new PassedDevice.Bound(node, iommufd, ioas, LabDevices.EDU))) {
                assertMovesMemory(edu);
            }
        }
        assertThat(RawIommufd.destroy(iommufd, ioas)).isZero();
    }

    @Test
    @Tag("mode-iommufd")
    void descriptors_come_over_a_socket() {
        List<UnixSocket> ends = UnixSocket.pair(SystemCalls.linux());
        UnixSocket helper = closing(ends.getFirst());
        UnixSocket program = closing(ends.getLast());
        try (Arena arena = Arena.ofConfined();
                Descriptor node = DeviceNodes.openCdev(LabDevices.EDU);
                Descriptor iommufd = DeviceNodes.openIommufd()) {
            helper.send(arena.allocateFrom("edu"), List.of(node, iommufd));
        }
        List<Descriptor> received = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(16);
            assertThat(program.receive(message, 2, received)).isEqualTo(4);
            assertThat(message.getString(0)).isEqualTo("edu");
        }
        received.forEach(this::closing);
        assertThat(received).hasSize(2);
        VfioDevice edu = closing(context()
                .openDevice(new PassedDevice.Cdev(received.getFirst(), received.getLast(), LabDevices.EDU, null)));
        assertMovesMemory(edu);
    }

    @Test
    void what_is_no_vfio_descriptor_is_refused_and_left_open() {
        EventFd wrong = closing(EventFd.open(SystemCalls.linux()));
        List<PassedDevice> devices = List.of(
                new PassedDevice.Group(wrong.fd(), LabDevices.EDU, null),
                new PassedDevice.Cdev(wrong.fd(), null, LabDevices.EDU, null),
                new PassedDevice.Bound(wrong.fd(), wrong.fd(), 0, LabDevices.EDU));
        for (PassedDevice device : devices) {
            assertThatThrownBy(() -> context().openDevice(device)).isInstanceOf(VfioException.class);
        }
        assertThat(wrong.isOpen()).isTrue();
    }

    @Test
    void a_closed_descriptor_is_refused() {
        Descriptor group = DeviceNodes.openGroup(LabDevices.EDU);
        group.close();
        assertThatThrownBy(() -> context().openDevice(new PassedDevice.Group(group, LabDevices.EDU, null)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("mode-type1v2")
    void a_passed_group_without_the_named_device_is_refused() {
        Descriptor group = closing(DeviceNodes.openGroup(LabDevices.EDU));
        assertThatThrownBy(() -> context().openDevice(new PassedDevice.Group(group, LabDevices.IGB, null)))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.call()).isEqualTo("VFIO_GROUP_GET_DEVICE_FD");
                    assertThat(e.name()).isEqualTo("ENODEV");
                });
    }

    /** The escape hatch: a duplicate outlives the device and holds nothing of its address space. */
    @Test
    @Tag("mode-iommufd")
    void a_duplicate_of_the_descriptor_does_not_keep_the_address_space() {
        VfioDevice edu = context()
                .openDevice(
                        DeviceLocator.parse(LabDevices.EDU),
                        OpenOptions.defaults().withIommu(OpenOptions.IommuChoice.IOMMUFD));
        try (Fd duplicate = edu.ability(Fd.class).orElseThrow().duplicate()) {
            edu.close();
            assertThat(duplicate.isOpen()).isTrue();
        }
    }

    private void assertMovesMemory(VfioDevice edu) {
        AddressSpace space = edu.addressSpace();
        DmaEngine engine = EduEngine.of(edu);
        try (TestMemory memory = TestMemory.ofPages(1).fill(3);
                DmaMapping mapping = space.map(
                        memory.source(), MapRequest.defaults().withWithin(IovaRange.ofBits(engine.addressBits())))) {
            engine.copy(mapping.iova(), mapping.iova() + 2048, LENGTH);
            assertThat(memory.holds(3, 0, 2048, LENGTH)).isTrue();
        }
    }
}
