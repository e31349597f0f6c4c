// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** DMA memory without an IOMMU. */
final class UnsafeDmaTest {
    private static final long PAGE = 0x1000;

    private final FakePhysicalBackend backend = new FakePhysicalBackend(1);
    private final DmaRegistry registry =
            DmaRegistry.physical(DmaRegistry.Settings.defaults("no-IOMMU space"), PAGE, backend);
    private final FakeSpace space = new FakeSpace(registry, false);
    private final Dma dma =
            Dma.of(() -> space, SystemCalls.linux(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:05.0");

    @AfterEach
    void end() {
        dma.close();
        dma.releaseQuarantine();
        space.close();
        assertThat(backend.pinned()).isEmpty();
    }

    @Test
    void a_buffer_has_the_addresses_that_its_pages_have() {
        DmaBuffer buffer = dma.allocate(2 * PAGE);

        assertThat(buffer.iova()).isEqualTo(0x100_0000);
        assertThat(buffer.contiguous(0)).isEqualTo(PAGE);
        assertThat(buffer.deviceAddress(PAGE)).isEqualTo(0x100_3000);
        assertThat(dma.explain(0x100_3000)).isInstanceOf(IovaExplanation.Mapped.class);
    }

    @Test
    void a_closed_buffer_keeps_its_pages_until_the_device_is_reset() {
        DmaBuffer buffer = dma.allocate(PAGE);
        MemorySegment memory = buffer.memory();

        buffer.close();

        assertThat(buffer.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(buffer::memory);
        assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
        assertThat(dma.quarantined()).isEqualTo(1);
        assertThat(backend.pinned()).hasSize(1);
        assertThat(dma.allocate(PAGE).iova()).isNotEqualTo(0x100_0000);

        dma.releaseQuarantine();
        assertThat(dma.quarantined()).isZero();
        assertThat(backend.pinned()).hasSize(1);
        assertThat(dma.explain(0x100_0000)).isInstanceOf(IovaExplanation.Ended.class);
    }

    @Test
    void closing_the_device_leaves_the_pages_for_its_last_writes() {
        dma.allocate(PAGE);
        dma.pool(1);

        dma.close();

        assertThat(dma.quarantined()).isEqualTo(2);
        assertThat(backend.pinned()).hasSize(2);
        dma.releaseQuarantine();
        assertThat(backend.pinned()).isEmpty();
    }

    @Test
    void pages_that_cannot_be_let_go_stay_in_quarantine() {
        dma.allocate(PAGE).close();
        backend.refuseUnmaps(true);

        dma.releaseQuarantine();

        assertThat(dma.quarantined()).isEqualTo(1);
        backend.refuseUnmaps(false);
    }

    @Test
    void a_fixed_address_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dma.allocate(PAGE, DmaOptions.defaults().withIova(0x1_0000)))
                .withMessageContaining("0x10000");
        assertThat(backend.pinned()).isEmpty();
    }

    @Test
    void ordinary_pages_are_taken_where_there_are_no_huge_ones() {
        FailingCalls failing = new FailingCalls();
        Dma poor = Dma.of(() -> space, failing.calls(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:06.0");
        failing.failAfter(0, Errno.ENOMEM);

        DmaBuffer buffer = poor.allocate(PAGE);

        assertThat(buffer.pageSize()).isEqualTo(PAGE);
        poor.close();
        poor.releaseQuarantine();
    }

    @Test
    void a_refusal_of_ordinary_pages_tells_that_huge_ones_were_missing() {
        FailingCalls failing = new FailingCalls();
        Dma poor = Dma.of(() -> space, failing.calls(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:06.0");
        poor.addressBits(20);
        failing.failAfter(0, Errno.ENOMEM);

        assertThatThrownBy(() -> poor.allocate(PAGE))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("0x1000000..0x1000fff")
                .hasMessageContaining("20 address bits")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .isInstanceOf(VfioException.class)
                        .asString()
                        .contains("memfd_create"));
        assertThat(backend.pinned()).isEmpty();
    }
}
