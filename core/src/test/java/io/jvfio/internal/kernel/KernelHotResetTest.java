// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioPciHotReset.VFIO_DEVICE_PCI_HOT_RESET;
import static io.jvfio.internal.uapi.VfioPciHotResetInfo.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO;
import static io.jvfio.internal.uapi.VfioRegionInfo.VFIO_DEVICE_GET_REGION_INFO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.HotResetFunction.Ownership;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioPciDependentDevice;
import io.jvfio.internal.uapi.VfioPciHotReset;
import io.jvfio.internal.uapi.VfioPciHotResetInfo;
import io.jvfio.internal.uapi.VfioRegionInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reaches the kernel when functions of several groups are reset. A file stands for each device and each group. */
class KernelHotResetTest {
    private static final int CONFIG = 7;
    private static final int COMMAND = 4;
    private static final int ALL_OF_COMMAND = 0x0406;
    private static final int WITHOUT_MASTER = 0x0402;
    private static final int SIZE = 4096;

    @TempDir
    Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final List<VfioPciHotReset> resets = new ArrayList<>();
    private final List<VfioPciDependentDevice> affected = new ArrayList<>();
    private final List<String> afterwards = new ArrayList<>();
    private boolean byDevid;
    private int answer;
    private boolean stopped;
    private int questions;
    private final SystemCalls sys = pretending();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : toClose.reversed()) {
            one.close();
        }
    }

    /** The real system calls with VFIO's ioctls in front of them. */
    private SystemCalls pretending() {
        SystemCalls real = SystemCalls.linux();
        return (SystemCalls) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("ioctl") && arguments[2] instanceof MemorySegment argument) {
                        return ioctl((long) arguments[1], argument);
                    }
                    if (called.getName().equals("pread") && stopped) {
                        return (long) -Errno.ENODEV;
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private int ioctl(long request, MemorySegment argument) {
        if (request == VFIO_DEVICE_GET_REGION_INFO.request()) {
            int index = VfioRegionInfo.STRUCT.read(argument).index();
            int flags = VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE;
            VfioRegionInfo.STRUCT.fill(argument, new VfioRegionInfo(flags, index, 0, index == CONFIG ? SIZE : 0, 0));
            return 0;
        }
        if (request == VFIO_DEVICE_GET_PCI_HOT_RESET_INFO.request()) {
            questions++;
            int flags = byDevid ? VfioPciHotResetInfo.VFIO_PCI_HOT_RESET_FLAG_DEV_ID : 0;
            VfioPciHotResetInfo.STRUCT.fill(argument, new VfioPciHotResetInfo(flags, affected.size()));
            if (VfioPciHotResetInfo.DEVICES.structSize(affected.size()) > argument.byteSize()) {
                return -Errno.ENOSPC;
            }
            for (int i = 0; i < affected.size(); i++) {
                VfioPciDependentDevice.STRUCT.fill(VfioPciHotResetInfo.DEVICES.element(argument, i), affected.get(i));
            }
            return 0;
        }
        assertThat(request).isEqualTo(VFIO_DEVICE_PCI_HOT_RESET.request());
        VfioPciHotReset reset = VfioPciHotReset.STRUCT.read(argument);
        assertThat(argument.byteSize()).isEqualTo(reset.byteSize());
        resets.add(reset);
        stopped = false;
        return answer;
    }

    private Descriptor file(String name) {
        try {
            Path file = Files.write(folder.resolve(name), new byte[SIZE]);
            Descriptor opened = Descriptor.open(sys, file.toString(), Abi.O_RDWR);
            toClose.add(opened);
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A device whose command register has bus mastering on. */
    private final class Function {
        private final RegisterAccess registers;
        private final KernelHotReset reset;

        Function(String name, @Nullable Descriptor group) {
            Descriptor fd = file(name);
            DeviceInfo info = new DeviceInfo(VfioPci.VFIO_DEVICE_FLAGS_PCI, CONFIG + 1, 0, List.of());
            registers = new RegisterAccess(fd, RegionTable.read(fd, CONFIG + 1, true, name), info, name);
            registers.write(CONFIG, COMMAND, 2, ALL_OF_COMMAND);
            reset = new KernelHotReset(fd, group, registers, () -> afterwards.add(name), name);
        }

        long command() {
            return registers.read(CONFIG, COMMAND, 2);
        }
    }

    private static int number(Descriptor descriptor) {
        int number = descriptor.acquire();
        descriptor.release();
        return number;
    }

    @Test
    void each_group_is_shown_once_and_no_function_is_left_as_a_bus_master() {
        Descriptor one = file("group 1");
        Descriptor other = file("group 2");
        Function first = new Function("0000:01:00.0", one);
        Function sibling = new Function("0000:01:00.1", one);
        Function second = new Function("0000:01:00.2", other);
        Function third = new Function("0000:01:00.3", file("group 3"));

        first.reset.reset(List.of(sibling.reset, second.reset, third.reset));

        assertThat(resets).singleElement().satisfies(reset -> {
            assertThat(reset.flags()).isZero();
            assertThat(reset.groupFds()).hasSize(3).startsWith(number(one), number(other));
        });
        for (Function function : List.of(first, sibling, second, third)) {
            assertThat(function.command()).isEqualTo(WITHOUT_MASTER);
        }
    }

    /** So it is on IBM Z after an error. */
    @Test
    void functions_that_give_no_registers_before_they_are_reset_are_no_bus_masters_either() {
        Function first = new Function("0000:01:00.0", file("group 1"));
        Function second = new Function("0000:01:00.1", file("group 2"));
        stopped = true;

        first.reset.reset(List.of(second.reset));

        assertThat(resets).hasSize(1);
        assertThat(List.of(first.command(), second.command())).containsOnly((long) WITHOUT_MASTER);
    }

    @Test
    void by_its_own_node_a_device_shows_no_group() {
        Function first = new Function("0000:01:00.0", null);
        Function second = new Function("0000:01:00.1", null);

        first.reset.reset(List.of(second.reset));

        assertThat(resets)
                .singleElement()
                .satisfies(reset -> assertThat(reset.groupFds()).isEmpty());
    }

    @Test
    void functions_of_many_groups_are_asked_for_again_with_room_for_all() {
        Function first = new Function("0000:01:00.0", file("group"));
        for (int i = 0; i < 20; i++) {
            affected.add(new VfioPciDependentDevice(40 + i / 2, 0, 1, i));
        }

        List<HotResetFunction> functions = first.reset.functions();

        assertThat(questions).isEqualTo(2);
        assertThat(functions).hasSize(20);
        assertThat(functions).extracting(HotResetFunction::group).containsOnly(40, 41, 42, 43, 44, 45, 46, 47, 48, 49);
    }

    @Test
    void in_an_iommufd_each_function_says_whether_it_is_owned() {
        byDevid = true;
        Function first = new Function("0000:01:00.0", null);
        affected.add(new VfioPciDependentDevice(5, 0, 1, 0));
        affected.add(new VfioPciDependentDevice(VfioPciDependentDevice.VFIO_PCI_DEVID_OWNED, 0, 1, 1));
        affected.add(new VfioPciDependentDevice(VfioPciDependentDevice.VFIO_PCI_DEVID_NOT_OWNED, 0, 1, 2));

        assertThat(first.reset.functions())
                .extracting(HotResetFunction::ownership)
                .containsExactly(Ownership.OWNED, Ownership.OWNED, Ownership.NOT_OWNED);
    }

    @Test
    void a_refusal_of_the_kernel_is_told() {
        answer = -Errno.EPERM;
        Function first = new Function("0000:01:00.0", file("group"));

        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> first.reset.reset(List.of()))
                .withMessageContaining("VFIO_DEVICE_PCI_HOT_RESET")
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.EPERM));
    }

    /** What was acquired before is released: else its close would wait. */
    @Test
    void a_group_that_is_closed_keeps_no_other_one() {
        Descriptor one = file("group 1");
        Descriptor closed = file("group 2");
        Function first = new Function("0000:01:00.0", one);
        Function second = new Function("0000:01:00.1", closed);
        closed.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> first.reset.reset(List.of(second.reset)))
                .withMessageContaining("is closed");

        assertThat(resets).isEmpty();
        assertThatIllegalStateException().isThrownBy(one::release).withMessageContaining("more often");
    }

    @Test
    void a_device_of_another_carrier_is_none_of_the_kernel_s() {
        Function first = new Function("0000:01:00.0", file("group"));
        HotReset foreign = new HotReset() {
            @Override
            public Optional<PciAddress> self() {
                return Optional.empty();
            }

            @Override
            public HotReset carrier() {
                return this;
            }

            @Override
            public List<HotResetFunction> functions() {
                return List.of();
            }

            @Override
            public int group() {
                return -1;
            }

            @Override
            public void reset(Collection<? extends HotReset> others) {}
        };

        assertThatIllegalArgumentException().isThrownBy(() -> first.reset.reset(List.of(foreign)));
        assertThat(resets).isEmpty();
        assertThat(first.command()).isEqualTo(ALL_OF_COMMAND);
    }
}
