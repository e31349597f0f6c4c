// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.iommu.DmaPool;
import io.jvfio.iommu.IovaExplanation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The device moves bytes between memory and its own buffer. */
abstract class EduDmaContract extends EduFixture {
    static final int SIZE = Edu.INTERNAL_BUFFER_SIZE;
    private static final byte SECRET = 0x5a;
    private static final byte UNTOUCHED = 0x11;

    /** Looks for the fault that an access to an address must have left; the access can be repeated. */
    abstract void assertFaultIsTold(long iova, Runnable access);

    @ParameterizedTest
    @EnumSource(value = InterruptType.class, names = "MSIX", mode = EnumSource.Mode.EXCLUDE)
    void bytes_go_to_the_device_and_come_back(InterruptType type) throws InterruptedException {
        try (EduDriver driver = EduDriver.open(edu, type);
                Arena arena = Arena.ofConfined()) {
            MemorySegment sent = arena.allocate(SIZE).copyFrom(random(SIZE, 1));
            MemorySegment received = arena.allocate(SIZE);

            driver.store(sent);
            driver.load(received);

            assertThat(received.mismatch(sent))
                    .as("the first byte that differs")
                    .isEqualTo(-1);
            assertThat(Long.compareUnsigned(driver.iova(), 1L << Edu.ADDRESS_BITS))
                    .isNegative();
        }
    }

    @Test
    void parts_at_odd_addresses_leave_the_rest_alone() {
        enableDma();
        try (DmaBuffer buffer = edu.dma().allocate(SIZE)) {
            MemorySegment memory = buffer.memory();
            memory.copyFrom(random(SIZE, 2));
            byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);

            transfer(buffer.iova() + 1, Edu.INTERNAL_BUFFER + 3, 1001, 0);
            transfer(Edu.INTERNAL_BUFFER + 3, buffer.iova() + 2001, 1001, Edu.TO_MEMORY);

            System.arraycopy(before, 1, before, 2001, 1001);
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
        }
    }

    @Test
    void a_transfer_goes_through_each_kind_of_buffer() {
        enableDma();
        try (Arena arena = Arena.ofShared();
                DmaPool pool = edu.dma().pool(1);
                DmaBuffer cut = pool.allocate(SIZE, SIZE);
                DmaBuffer anonymous =
                        edu.dma().allocate(SIZE, DmaOptions.defaults().withBacking(DmaOptions.Backing.ANONYMOUS));
                DmaBuffer own = edu.dma().map(arena, arena.allocate(SIZE, SIZE))) {
            cut.memory().copyFrom(random(SIZE, 3));

            transfer(cut.iova(), Edu.INTERNAL_BUFFER, SIZE, 0);
            transfer(Edu.INTERNAL_BUFFER, anonymous.iova(), SIZE, Edu.TO_MEMORY);
            transfer(Edu.INTERNAL_BUFFER, own.iova(), SIZE, Edu.TO_MEMORY);

            assertThat(anonymous.memory().mismatch(cut.memory())).isEqualTo(-1);
            assertThat(own.memory().mismatch(cut.memory())).isEqualTo(-1);
        }
    }

    @Test
    void an_address_beyond_the_28_bits_of_the_device_is_refused_and_explained() {
        long beyond = 1L << Edu.ADDRESS_BITS;
        edu.dma().addressBits(Edu.ADDRESS_BITS);

        assertThatThrownBy(() -> edu.dma().allocate(SIZE, DmaOptions.defaults().withIova(beyond)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x10000000");
        assertThat(edu.dma().explain(beyond)).isEqualTo(new IovaExplanation.OutsideMask(beyond, Edu.ADDRESS_BITS));
        assertThat(edu.dma().explain(beyond).toString()).contains("28 address bits");
        try (DmaBuffer last = edu.dma().allocate(SIZE, DmaOptions.defaults().withIova(beyond - SIZE))) {
            assertThat(last.iova()).isEqualTo(beyond - SIZE);
            assertThat(edu.dma().explain(last.iova())).isInstanceOf(IovaExplanation.Mapped.class);
        }
    }

    @Test
    void a_mask_that_comes_after_a_map_beyond_it_is_refused() {
        try (DmaBuffer high = edu.dma()
                .allocate(SIZE, DmaOptions.defaults().withIova(1L << 32).withLabel("high"))) {
            assertThatThrownBy(() -> edu.dma().addressBits(Edu.ADDRESS_BITS))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("28 address bits");
            assertThat(high.isOpen()).isTrue();
        }
    }

    /** The device cuts the address off at its mask, as the mask says: what a driver gets that does not say it. */
    @Test
    void without_a_mask_the_device_would_miss_the_buffer() {
        edu.enableBusMaster();
        try (DmaBuffer high = edu.dma().allocate(SIZE, DmaOptions.defaults().withIova(1L << 32))) {
            high.memory().fill(UNTOUCHED);
            transfer(Edu.INTERNAL_BUFFER, high.iova(), SIZE, Edu.TO_MEMORY);
            assertThat(high.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(UNTOUCHED);
        }
    }

    @Test
    void memory_that_is_not_mapped_any_more_is_neither_read_nor_written_and_the_fault_is_told() {
        enableDma();
        try (Arena arena = Arena.ofShared();
                DmaBuffer buffer = edu.dma().allocate(SIZE)) {
            MemorySegment gone = arena.allocate(SIZE, SIZE).fill(SECRET);
            DmaBuffer mapping = edu.dma().map(arena, gone);
            long stale = mapping.iova();
            mapping.close();

            assertFaultIsTold(stale, () -> transfer(stale, Edu.INTERNAL_BUFFER, SIZE, 0));
            transfer(Edu.INTERNAL_BUFFER, buffer.iova(), SIZE, Edu.TO_MEMORY);
            assertThat(buffer.memory().toArray(ValueLayout.JAVA_BYTE)).doesNotContain(SECRET);

            buffer.memory().fill(UNTOUCHED);
            transfer(buffer.iova(), Edu.INTERNAL_BUFFER, SIZE, 0);
            transfer(Edu.INTERNAL_BUFFER, stale, SIZE, Edu.TO_MEMORY);
            assertThat(gone.toArray(ValueLayout.JAVA_BYTE)).containsOnly(SECRET);
            assertThat(edu.dma().explain(stale)).isInstanceOf(IovaExplanation.Ended.class);
        }
    }

    @Test
    void without_bus_mastering_nothing_moves() {
        edu.dma().addressBits(Edu.ADDRESS_BITS);
        try (DmaBuffer buffer = edu.dma().allocate(SIZE)) {
            buffer.memory().fill(UNTOUCHED);
            transfer(Edu.INTERNAL_BUFFER, buffer.iova(), SIZE, Edu.TO_MEMORY);
            assertThat(buffer.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(UNTOUCHED);
        }
    }

    final void enableDma() {
        edu.dma().addressBits(Edu.ADDRESS_BITS);
        edu.enableBusMaster();
    }

    private static MemorySegment random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return MemorySegment.ofArray(bytes);
    }
}
