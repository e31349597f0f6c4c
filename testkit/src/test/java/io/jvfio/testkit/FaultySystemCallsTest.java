// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultySystemCallsTest {
    private static final Set<String> CANNOT_FAIL = Set.of("geteuid", "pageSize");

    private final FaultySystemCalls faults = FaultySystemCalls.linux();
    private final SystemCalls sys = faults.systemCalls();

    @Test
    void calls_are_made_and_recorded_in_order() {
        int fd = sys.open("/dev/null", Abi.O_RDWR, 0);
        sys.ioctl(fd, 0x3b64, 0L);
        sys.close(fd);
        assertThat(fd).isNotNegative();
        assertThat(faults.calls())
                .containsExactly(
                        new FaultySystemCalls.Call(1, "open", -1, 0, "/dev/null"),
                        new FaultySystemCalls.Call(2, "ioctl", fd, 0x3b64, ""),
                        new FaultySystemCalls.Call(3, "close", fd, 0, ""));
        assertThat(faults.calls().get(1).isIoctl(0x3b64)).isTrue();
        assertThat(faults.injected()).isZero();
    }

    @Test
    void the_nth_call_from_now_fails_once_and_is_not_made() {
        sys.geteuid();
        faults.failCall(2, Errno.EMFILE);
        int first = sys.eventfd(0, 0);
        assertThat(first).isNotNegative();
        assertThat(sys.eventfd(0, 0)).isEqualTo(-Errno.EMFILE);
        int third = sys.eventfd(0, 0);
        assertThat(third).isEqualTo(first + 1);
        sys.close(first);
        sys.close(third);
        assertThat(faults.injected()).isEqualTo(1);
    }

    @Test
    void only_calls_that_match_are_counted() {
        faults.failMatch(call -> call.is("fcntl") && call.request() == Abi.F_GETFL, 2, Errno.EIO);
        assertThat(sys.fcntl(-1, Abi.F_GETFL, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.fcntl(-1, Abi.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.fcntl(-1, Abi.F_GETFL, 0)).isEqualTo(-Errno.EIO);
        assertThat(sys.fcntl(-1, Abi.F_GETFL, 0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void a_lasting_fault_ends_when_healed() {
        faults.failAll(call -> call.is("ftruncate"), Errno.ENOSPC);
        assertThat(sys.ftruncate(-1, 0)).isEqualTo(-Errno.ENOSPC);
        assertThat(sys.ftruncate(-1, 0)).isEqualTo(-Errno.ENOSPC);
        faults.heal();
        assertThat(sys.ftruncate(-1, 0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void a_failing_close_closes_all_the_same() {
        int fd = sys.eventfd(0, 0);
        faults.failCall(1, Errno.EIO);
        assertThat(sys.close(fd)).isEqualTo(-Errno.EIO);
        assertThat(sys.fcntl(fd, Abi.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    }

    /** A call that is added to the interface and only passed through would escape every fault test. */
    @Test
    void every_call_can_be_made_to_fail() throws ReflectiveOperationException {
        int checked = 0;
        for (Method method : SystemCalls.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || CANNOT_FAIL.contains(method.getName())) {
                continue;
            }
            FaultySystemCalls faulty = FaultySystemCalls.linux();
            faulty.failAll(call -> true, Errno.ENODATA);
            Object[] arguments = List.of(method.getParameterTypes()).stream()
                    .map(FaultySystemCallsTest::invalid)
                    .toArray();
            Number result = (Number) method.invoke(faulty.systemCalls(), arguments);
            assertThat(result.longValue()).as(method.toString()).isEqualTo(-Errno.ENODATA);
            assertThat(faulty.calls()).as(method.toString()).hasSize(1);
            checked++;
        }
        assertThat(checked).isGreaterThan(30);
    }

    private static Object invalid(Class<?> type) {
        if (type == int.class) {
            return -1;
        }
        if (type == long.class) {
            return -1L;
        }
        return type == String.class ? "" : MemorySegment.NULL;
    }
}
