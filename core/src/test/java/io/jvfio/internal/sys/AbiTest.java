// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AbiTest {

    @Test
    void epoll_events_are_packed_on_x86_64_alone() {
        assertThat(Abi.of("Linux", "amd64").epollEventSize()).isEqualTo(12);
        assertThat(Abi.of("Linux", "amd64").epollEventData()).isEqualTo(4);
        for (String architecture : new String[] {"aarch64", "s390x"}) {
            assertThat(Abi.of("Linux", architecture).epollEventSize()).isEqualTo(16);
            assertThat(Abi.of("Linux", architecture).epollEventData()).isEqualTo(8);
        }
    }

    @Test
    void arm64_has_its_own_open_flags() {
        assertThat(Abi.of("Linux", "aarch64").oDirect()).isEqualTo(0x10000);
        assertThat(Abi.of("Linux", "aarch64").oDirectory()).isEqualTo(0x4000);
        assertThat(Abi.of("Linux", "amd64").oDirect()).isEqualTo(0x4000);
        assertThat(Abi.of("Linux", "s390x").oDirectory()).isEqualTo(0x10000);
    }

    @Test
    void an_unknown_machine_is_refused_by_name() {
        assertThatThrownBy(() -> Abi.of("Linux", "riscv64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("riscv64")
                .hasMessageContaining("s390x");
        assertThatThrownBy(() -> Abi.of("Mac OS X", "aarch64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Mac OS X");
    }

    @Test
    void this_machine_is_known() {
        assertThat(Abi.host().architecture()).isNotEmpty();
    }
}
