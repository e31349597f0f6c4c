// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuIoasAlloc.IOMMU_IOAS_ALLOC;
import static io.jvfio.internal.uapi.IommuIoasIovaRanges.IOMMU_IOAS_IOVA_RANGES;
import static io.jvfio.internal.uapi.VfioApi.VFIO_GROUP_GET_DEVICE_FD;
import static io.jvfio.internal.uapi.VfioDeviceBindIommufd.VFIO_DEVICE_BIND_IOMMUFD;
import static io.jvfio.internal.uapi.VfioDeviceInfo.VFIO_DEVICE_GET_INFO;
import static io.jvfio.internal.uapi.VfioGroupStatus.VFIO_GROUP_GET_STATUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.PassedDevice;
import io.jvfio.device.HotReset;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.device.ZpciErrors;
import io.jvfio.host.FakeHost;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.InfoChain;
import io.jvfio.internal.uapi.IommuIoasAlloc;
import io.jvfio.internal.uapi.IommuIoasIovaRanges;
import io.jvfio.internal.uapi.VfioDeviceBindIommufd;
import io.jvfio.internal.uapi.VfioDeviceInfo;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciBase;
import io.jvfio.internal.uapi.VfioGroupStatus;
import io.jvfio.internal.uapi.VfioInfoCapHeader;
import io.jvfio.iommu.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of a host's files an open looks at. Empty files stand for the nodes; what the kernel would say to them is made up. */
class KernelCarrierTest {
    private static final String EDU = "0000:00:04.0";
    private static final String WITHOUT_IOMMU = "0000:41:00.0";
    private static final String MDEV = "6a766600-0000-4000-8000-000000000001";
    private static final int IOAS = 5;
    private static final int DEVICE_ID = 7;

    @TempDir
    Path root;

    private final List<Path> looked = new ArrayList<>();
    private final List<String> opened = new ArrayList<>();
    private final SystemCalls calls = pretending();
    private final CarrierContext context = CarrierContext.of(new CallsSetting(calls));
    private int kind = VfioPci.VFIO_DEVICE_FLAGS_PCI;
    private List<InfoCapability> told = List.of();
    private int bindAnswer;
    private int groupFlags = VfioGroupStatus.VFIO_GROUP_FLAGS_VIABLE;
    private FakeHost fake;
    private KernelCarrier carrier;

    @BeforeEach
    void boot() {
        fake = new FakeHost(root);
        fake.boundEdu(EDU, 12, 3);
        fake.boundEdu("0000:00:05.0", 13, 4);
        Path nic = fake.function(WITHOUT_IOMMU, "8086:10D3", "8086:0000", "20000");
        fake.group(nic, 30);
        fake.driver(nic, "vfio-pci");
        fake.vfio(nic, "noiommu-vfio7", "noiommu-30");
        fake.mdev(MDEV, "mtty", "mtty-1", 33, 9);
        carrier = new KernelCarrier(fake.host(looked::add));
    }

    /** The real system calls on the nodes below the root, with the kernel's part of VFIO in front of them. */
    private SystemCalls pretending() {
        SystemCalls real = SystemCalls.linux();
        return (SystemCalls) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("ioctl")) {
                        return arguments[2] instanceof MemorySegment argument
                                ? ioctl((long) arguments[1], argument)
                                : 0;
                    }
                    if (called.getName().equals("open") && arguments[0] instanceof String path) {
                        arguments[0] = path.startsWith("/dev/") ? root + path : path;
                        opened.add(
                                root.relativize(Path.of((String) arguments[0])).toString());
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private int ioctl(long request, MemorySegment argument) {
        if (request == VFIO_GROUP_GET_STATUS.request()) {
            VfioGroupStatus.STRUCT.fill(argument, new VfioGroupStatus(groupFlags));
        } else if (request == VFIO_GROUP_GET_DEVICE_FD.request()) {
            return SystemCalls.linux().open(root.resolve("dev/vfio/vfio").toString(), Abi.O_RDWR | Abi.O_CLOEXEC, 0);
        } else if (request == VFIO_DEVICE_GET_INFO.request()) {
            tell(argument);
        } else if (request == IOMMU_IOAS_ALLOC.request()) {
            IommuIoasAlloc.STRUCT.fill(argument, new IommuIoasAlloc(0, IOAS));
        } else if (request == IOMMU_IOAS_IOVA_RANGES.request()) {
            IommuIoasIovaRanges.STRUCT.fill(argument, new IommuIoasIovaRanges(IOAS, 0, 0, 4096));
        } else if (request == VFIO_DEVICE_BIND_IOMMUFD.request()) {
            VfioDeviceBindIommufd.STRUCT.fill(argument, new VfioDeviceBindIommufd(0, 0, DEVICE_ID, 0));
            return bindAnswer;
        }
        return 0;
    }

    private void tell(MemorySegment argument) {
        long size = VfioDeviceInfo.STRUCT.byteSize() + InfoChain.byteSize(told);
        boolean whole = argument.byteSize() >= size && !told.isEmpty();
        int flags = VfioPci.VFIO_DEVICE_FLAGS_RESET | kind | (told.isEmpty() ? 0 : VfioPci.VFIO_DEVICE_FLAGS_CAPS);
        int first = whole ? (int) VfioDeviceInfo.STRUCT.byteSize() : 0;
        VfioDeviceInfo.STRUCT.fill(argument, new VfioDeviceInfo(flags, 0, 0, first));
        if (whole) {
            InfoChain.write(argument, first, told);
        } else {
            argument.set(ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder()), 0, (int) size);
        }
    }

    private VfioDevice open(String locator) {
        return open(locator, OpenOptions.defaults());
    }

    private VfioDevice open(String locator, OpenOptions options) {
        return carrier.open(context, DeviceLocator.parse(locator), options);
    }

    private void expectOneLook() {
        assertThat(looked).doesNotHaveDuplicates();
        assertThat(looked).filteredOn(path -> path.endsWith("vfio-dev")).hasSize(1);
        assertThat(looked).filteredOn(path -> path.endsWith("iommu_group")).hasSize(1);
        assertThat(looked).noneMatch(path -> path.toString().contains("0000:00:05.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {EDU, "group:" + EDU, "cdev:" + EDU, "noiommu:" + WITHOUT_IOMMU, "mdev:" + MDEV})
    void opening_a_device_looks_at_it_once_and_closing_it_never(String locator) {
        VfioDevice device = open(locator);
        expectOneLook();

        looked.clear();
        device.close();
        assertThat(looked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {EDU, "group:" + EDU, "cdev:" + EDU, "noiommu:" + WITHOUT_IOMMU, "mdev:" + MDEV})
    void a_shared_space_and_each_device_in_it_take_one_look(String locator) {
        try (AddressSpace space = carrier.addressSpace(context, DeviceLocator.parse(locator), OpenOptions.defaults())) {
            expectOneLook();

            looked.clear();
            try (VfioDevice device = open(locator, OpenOptions.defaults().withAddressSpace(space))) {
                assertThat(device.addressSpace()).isSameAs(space);
                expectOneLook();
            }
        }
    }

    /** A capability BASE with a handle. */
    private static InfoCapability function(int handle) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[40]);
        VfioDeviceInfoCapZpciBase.STRUCT.fill(
                bytes, new VfioDeviceInfoCapZpciBase(new VfioInfoCapHeader(1, 3, 0), 0, 0, 0, 0, 0, 0, 0, handle, 32));
        return new InfoCapability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 3, bytes);
    }

    @Test
    void what_a_reset_changes_is_read_again_after_it() {
        told = List.of(function(0x8002_0000));
        kind = 0;
        try (VfioDevice device = open(EDU)) {
            assertThat(device.info().capabilities()).containsExactly(function(0x8002_0000));
            told = List.of(function(0x8102_0000));
            assertThat(device.info().capabilities()).containsExactly(function(0x8002_0000));
            device.reset();
            assertThat(device.info().capabilities()).containsExactly(function(0x8102_0000));
        }
    }

    @Test
    void what_a_hot_reset_changes_is_read_again_if_it_was_done() {
        told = List.of(function(0x8002_0000));
        try (VfioDevice device = open(EDU)) {
            assertThat(device.ability(ZpciErrors.class)).isPresent();
            told = List.of(function(0x8102_0000));
            HotReset.of(device, EDU).after(false);
            assertThat(device.info().capabilities()).containsExactly(function(0x8002_0000));
            HotReset.of(device, EDU).after(true);
            assertThat(device.info().capabilities()).containsExactly(function(0x8102_0000));
        }
    }

    @Test
    void who_is_no_zPCI_function_is_not_asked_for_its_errors() {
        try (VfioDevice device = open(EDU)) {
            assertThat(device.ability(ZpciErrors.class)).isEmpty();
        }
    }

    @Test
    void a_group_with_another_device_costs_one_look_at_each() {
        Path neighbour = fake.function("0000:00:04.1", "1234:11E8", "1AF4:1100", "FF00");
        fake.group(neighbour, 12);

        open(EDU).close();

        assertThat(looked).doesNotHaveDuplicates();
        assertThat(looked).filteredOn(path -> path.endsWith("vfio-dev")).hasSize(2);
    }

    @Test
    void a_passed_device_is_not_looked_at() {
        Path node = fake.dev.resolve("vfio/devices/vfio3");
        Path group = fake.dev.resolve("vfio/12");
        try (Descriptor own = Descriptor.open(calls, node.toString(), Abi.O_RDWR);
                Descriptor groups = Descriptor.open(calls, group.toString(), Abi.O_RDWR)) {
            carrier.open(context, new PassedDevice.Cdev(own, null, EDU, null)).close();
            carrier.open(context, new PassedDevice.Group(groups, EDU, null)).close();
        }
        assertThat(looked).isEmpty();
    }

    @Test
    void a_device_without_an_iommu_has_to_be_asked_for_as_such_whatever_nodes_are_here() {
        FakeHost.remove(fake.dev.resolve("vfio/noiommu-30"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(WITHOUT_IOMMU))
                .withMessage(WITHOUT_IOMMU + " has no IOMMU and can reach all memory; if that is wanted, open noiommu:"
                        + WITHOUT_IOMMU);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("noiommu:" + EDU))
                .withMessage(EDU + " has an IOMMU; open " + EDU);
        assertThat(opened).isEmpty();
    }

    @Test
    void the_space_says_why_it_is_what_it_is() {
        Path iommu = fake.dev.resolve("iommu");
        Path node = fake.dev.resolve("vfio/devices/vfio3");
        assertThat(reason(EDU))
                .isEqualTo("IOAS 5 on /dev/iommu: iommufd, as /dev/iommu and " + node + " can be opened");
        assertThat(reason("cdev:" + EDU)).endsWith(": asked for by the locator");

        FakeHost.remove(node);
        assertThat(reason(EDU)).endsWith(": group and container, as " + node + " does not exist");
        FakeHost.remove(iommu);
        assertThat(reason(EDU)).endsWith(": group and container, as " + iommu + " does not exist");
        assertThat(reason("noiommu:" + WITHOUT_IOMMU)).endsWith(": no-IOMMU group, as " + iommu + " does not exist");
        FakeHost.remove(fake.sys.resolve("bus/pci/devices/" + EDU + "/vfio-dev/vfio3"));
        FakeHost.remove(fake.sys.resolve("class/vfio-dev"));
        assertThat(reason(EDU))
                .endsWith(": group and container, as the kernel offers no device node (before Linux 6.6, or built"
                        + " without CONFIG_VFIO_DEVICE_CDEV)");
        assertThat(opened.getLast()).isEqualTo("dev/vfio/12");
    }

    private String reason(String locator) {
        try (VfioDevice device = open(locator)) {
            return device.addressSpace().description();
        }
    }

    @Test
    void a_neighbour_in_the_way_is_found_by_the_kernel_and_named_by_the_host() {
        Path neighbour = fake.function("0000:00:04.1", "8086:A170", "8086:A170", "40300");
        fake.group(neighbour, 12);
        fake.driver(neighbour, "snd_hda_intel");
        String hint = "these devices of the group must be given to vfio-pci or be unbound: 0000:00:04.1 (driver"
                + " snd_hda_intel)";

        bindAnswer = -Errno.EPERM;
        groupFlags = 0;
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> open(EDU))
                .satisfies(refused -> assertThat(refused.call()).isEqualTo("VFIO_DEVICE_BIND_IOMMUFD"))
                .satisfies(refused -> assertThat(refused.hint()).isEqualTo(hint));
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> open("group:" + EDU))
                .satisfies(refused -> assertThat(refused.call()).isEqualTo("VFIO_GROUP_GET_STATUS"))
                .satisfies(refused -> assertThat(refused.hint()).isEqualTo(hint));
    }

    @Test
    void a_device_that_no_vfio_driver_has_is_told_what_to_do() {
        Path nic = fake.function("0000:00:07.0", "8086:10D3", "8086:0000", "20000");
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> open("0000:00:07.0"))
                .withMessageContaining("0000:00:07.0 is in no IOMMU group")
                .satisfies(refused ->
                        assertThat(refused.hint()).isEqualTo("no kernel driver is bound to it; bind vfio-pci first"));
        fake.driver(nic, "e1000e");
        fake.group(nic, 14);
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> open("0000:00:07.0", OpenOptions.defaults().withIommu(IommuChoice.IOMMUFD)))
                .withMessageContaining("0000:00:07.0 has no VFIO device node")
                .satisfies(refused -> assertThat(refused.hint())
                        .isEqualTo("it is bound to e1000e, which offers no VFIO; bind vfio-pci first"));
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> open("0000:00:07.0"))
                .withMessageContaining("/dev/vfio/14")
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOENT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("0000:00:08.0"))
                .withMessage("no PCI function 0000:00:08.0 in /sys/bus/pci/devices");
    }

    @Test
    void a_device_that_is_bound_here_keeps_the_id_that_the_kernel_gave_it() {
        Path node = fake.dev.resolve("vfio/devices/vfio3");
        try (Ioas space = Ioas.create(calls, Iommufd.open(calls), Ioas.Kind.OWN, "a test")) {
            Descriptor bound = Descriptor.open(calls, node.toString(), Abi.O_RDWR);
            try (CdevMembership here = CdevMembership.open(space, bound, EDU, null)) {
                assertThat(here.deviceId()).isEqualTo(DEVICE_ID);
            }
            Descriptor elsewhere = Descriptor.open(calls, node.toString(), Abi.O_RDWR);
            try (CdevMembership there = CdevMembership.openBound(space, elsewhere, EDU)) {
                assertThat(there.deviceId()).isEqualTo(CdevMembership.UNKNOWN);
            }
        }
    }
}
