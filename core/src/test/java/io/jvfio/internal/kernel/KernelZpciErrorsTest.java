// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.ZpciErrors;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import io.jvfio.internal.uapi.VfioDeviceFeatureZpciErr;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciBase;
import io.jvfio.internal.uapi.VfioInfoCapHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reaches the kernel when error records are asked for. A file stands for the device, and has the records. */
class KernelZpciErrorsTest {
    private static final int PROBE_GET = 0x5_0000 | 13;
    private static final int GET = 0x1_0000 | 13;
    private static final int RECORD = 40;

    @TempDir
    Path folder;

    private final List<Integer> asked = new ArrayList<>();
    private int probeAnswer;
    private int left;
    private int emptyAnswer = -Errno.ENOMSG;
    private int written;
    private Descriptor device;

    @BeforeEach
    void open() throws IOException {
        byte[] records = new byte[3 * RECORD];
        for (int i = 0; i < records.length; i++) {
            records[i] = (byte) i;
        }
        Path file = Files.write(folder.resolve("device"), records);
        device = Descriptor.open(pretending(), file.toString(), Abi.O_RDWR);
    }

    @AfterEach
    void close() {
        device.close();
    }

    private SystemCalls pretending() {
        SystemCalls real = SystemCalls.linux();
        return (SystemCalls) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("ioctl") && arguments[2] instanceof MemorySegment argument) {
                        assertThat(arguments[1]).isEqualTo(VfioDeviceFeature.VFIO_DEVICE_FEATURE.request());
                        return feature(real, (int) arguments[0], argument);
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** As the kernel does it: the record goes where the request points, without a look at how much room is there. */
    private int feature(SystemCalls real, int fd, MemorySegment argument) {
        int flags = VfioDeviceFeature.STRUCT.read(argument).flags();
        asked.add(flags);
        if (flags == PROBE_GET) {
            assertThat(argument.byteSize()).isEqualTo(8);
            return probeAnswer;
        }
        assertThat(argument.byteSize()).isEqualTo(16);
        if (left == 0) {
            return emptyAnswer;
        }
        long address = VfioDeviceFeatureZpciErr.STRUCT
                .read(VfioDeviceFeature.DATA.tail(argument))
                .data();
        assertThat(real.pread(fd, MemorySegment.ofAddress(address), written, (long) (3 - left) * RECORD))
                .isEqualTo(written);
        left--;
        return 0;
    }

    private Optional<ZpciErrors> errors(int version, int length, int bytes) {
        MemorySegment base = MemorySegment.ofArray(new byte[40]);
        VfioDeviceInfoCapZpciBase.STRUCT.fill(
                base,
                new VfioDeviceInfoCapZpciBase(new VfioInfoCapHeader(1, version, 0), 0, 0, 0, 0, 0, 0, 0, 0, length));
        InfoCapability capability = new InfoCapability(1, version, base.asSlice(0, bytes));
        return KernelZpciErrors.of(device, new DeviceInfo(3, 9, 5, List.of(capability)), "0010:00:00.0");
    }

    @Test
    void records_come_one_at_a_time_until_there_is_none() {
        ZpciErrors errors = errors(3, 32, 40).orElseThrow();
        left = 3;
        written = 32;
        for (int i = 0; i < 3; i++) {
            byte[] record = errors.next().orElseThrow();
            assertThat(record).hasSize(32).startsWith(i * RECORD, i * RECORD + 1);
            assertThat(record[31]).isEqualTo((byte) (i * RECORD + 31));
        }
        assertThat(errors.next()).isEmpty();
        assertThat(asked).containsExactly(PROBE_GET, GET, GET, GET, GET);
    }

    /** The kernel writes 32 bytes whatever it said. */
    @Test
    void there_is_room_for_a_whole_record_and_for_a_longer_one() {
        for (int[] each : new int[][] {{2, 0, 40}, {3, 0, 36}, {3, 8, 40}, {3, -1, 40}}) {
            left = 1;
            written = 32;
            assertThat(errors(each[0], each[1], each[2]).orElseThrow().next().orElseThrow())
                    .hasSize(32);
        }
        left = 1;
        written = RECORD;
        assertThat(errors(3, RECORD, 40).orElseThrow().next().orElseThrow()).hasSize(RECORD);
        left = 1;
        written = 32;
        assertThat(errors(9, 1 << 30, 40).orElseThrow().next().orElseThrow()).hasSize(4096);
    }

    @Test
    void a_kernel_without_records_is_no_error() {
        for (int answer : new int[] {-Errno.ENOTTY, -Errno.EINVAL}) {
            probeAnswer = answer;
            assertThat(errors(3, 32, 40)).isEmpty();
        }
        asked.clear();
        assertThat(KernelZpciErrors.of(device, new DeviceInfo(3, 9, 5, List.of()), "0000:00:04.0"))
                .isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void what_the_kernel_refuses_is_told() {
        ZpciErrors errors = errors(3, 32, 40).orElseThrow();
        emptyAnswer = -Errno.EFAULT;
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(errors::next)
                .withMessageContaining("error record of 0010:00:00.0")
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.EFAULT));
        emptyAnswer = -Errno.ENODEV;
        assertThatExceptionOfType(DeviceGoneException.class).isThrownBy(errors::next);
        device.close();
        assertThatIllegalStateException().isThrownBy(errors::next);
    }
}
