// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import org.junit.jupiter.api.Test;

class ProcSelfTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void a_line_of_status_is_read_in_bytes() {
        String status = "Name:\tjava\nVmLck:\t      12 kB\nVmPin:\t       0 kB\nCapEff:\t000001ffffffffff\n";
        assertThat(ProcSelf.kibibytes(status, "VmLck")).isEqualTo(12 * 1024);
        assertThat(ProcSelf.kibibytes(status, "VmPin")).isZero();
        assertThat(ProcSelf.kibibytes(status, "VmXyz")).isEqualTo(-1);
        assertThat(ProcSelf.field(status, "Name")).isEqualTo("java");
    }

    @Test
    void locked_memory_is_counted() {
        try (Mapping mapping = Mapping.anonymous(sys, 4L * sys.pageSize(), sys.pageSize())) {
            long before = ProcSelf.lockedBytes();
            assertThat(sys.mlock(mapping.address(), 2L * sys.pageSize())).isZero();
            assertThat(ProcSelf.lockedBytes() - before).isEqualTo(2L * sys.pageSize());
        }
    }

    @Test
    void an_opened_descriptor_is_counted() {
        long before = ProcSelf.openDescriptors();
        try (EventFd events = EventFd.open(sys)) {
            assertThat(events.isOpen()).isTrue();
            assertThat(ProcSelf.openDescriptors()).isEqualTo(before + 1);
        }
        assertThat(ProcSelf.openDescriptors()).isEqualTo(before);
    }

    @Test
    void root_has_every_capability_and_others_have_not_been_given_all() {
        assertThat(ProcSelf.hasCapability(63)).isFalse();
        if (sys.geteuid() != 0) {
            assertThat(ProcSelf.hasCapability(ProcSelf.CAP_SYS_RAWIO)).isFalse();
        }
    }

    @Test
    void limits_can_be_read_and_set() {
        ResourceLimit memlock = ResourceLimit.memlock(sys);
        memlock.apply(sys, Abi.RLIMIT_MEMLOCK);
        assertThat(ResourceLimit.memlock(sys)).isEqualTo(memlock);
        ResourceLimit files = ResourceLimit.of(sys, Abi.RLIMIT_NOFILE);
        assertThat(files.soft()).isPositive();
        assertThatThrownBy(() -> ResourceLimit.of(sys, -1))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EINVAL"));
        assertThatThrownBy(() -> new ResourceLimit(2, 1).apply(sys, Abi.RLIMIT_MEMLOCK))
                .isInstanceOf(VfioException.class);
    }
}
