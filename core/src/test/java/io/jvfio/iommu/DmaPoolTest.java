// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DmaPoolTest {
    private static final long PAGE = 0x1000;
    private static final long SLAB = 0x20_0000;
    private static final List<IovaRange> USABLE = List.of(IovaRange.ofBits(39));

    private final FakeBackend backend = new FakeBackend();
    private final DmaRegistry registry =
            DmaRegistry.of(DmaRegistry.Settings.defaults("test space"), USABLE, PAGE | SLAB);
    private final Dma dma = Dma.of(
            () -> new FakeSpace(registry, true),
            SystemCalls.linux(),
            IovaRange.ALL,
            DmaOptions.ANY_NODE,
            "0000:00:04.0");

    DmaPoolTest() {
        registry.attach(backend, USABLE, PAGE | SLAB);
        dma.allocate(PAGE); // so that an address that happens to be aligned is not the first one
    }

    @AfterEach
    void end() {
        dma.close();
        registry.close();
    }

    @Test
    void a_pool_is_one_map_in_multiples_of_2_MiB() {
        DmaPool pool = dma.pool(SLAB + 1);

        IovaRange range = backend.maps().getLast();
        assertThat(pool.size()).isEqualTo(2 * SLAB);
        assertThat(range.start() & (SLAB - 1)).isZero();
        assertThat(range).isEqualTo(IovaRange.of(range.start(), 2 * SLAB));
        pool.allocate(64);
        pool.allocate(PAGE);
        assertThat(backend.maps()).hasSize(2);
        assertThat(pool.buffers()).isEqualTo(2);
    }

    @Test
    void buffers_share_memory_with_the_map_and_not_with_each_other() {
        DmaPool pool = dma.pool(SLAB);
        DmaBuffer first = pool.allocate(100);
        DmaBuffer second = pool.allocate(100);
        first.memory().fill((byte) 1);
        second.memory().fill((byte) 2);

        DmaMapping mapping = registry.mappings().find(first.iova());
        MemorySegment all = mapping.source().local();
        assertThat(all.get(ValueLayout.JAVA_BYTE, first.iova() - mapping.iova() + 99))
                .isEqualTo((byte) 1);
        assertThat(all.get(ValueLayout.JAVA_BYTE, second.iova() - mapping.iova()))
                .isEqualTo((byte) 2);
        assertThat(first.size()).isEqualTo(100);
        assertThat(second.iova() & 63).isZero();
        assertThat(Long.compareUnsigned(second.iova(), first.iova() + 128)).isGreaterThanOrEqualTo(0);
        assertThat(first.contiguous(0)).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 64, 128, 4096, 1 << 16, 1 << 20})
    void a_buffer_is_aligned_as_asked(long alignment) {
        DmaPool pool = dma.pool(SLAB);
        pool.allocate(1);

        assertThat(pool.allocate(64, alignment).iova() & (alignment - 1)).isZero();
    }

    @Test
    void a_closed_buffer_goes_back_and_refuses_access() {
        DmaPool pool = dma.pool(SLAB);
        DmaBuffer all = pool.allocate(SLAB);
        assertThat(pool.tryAllocate(1, 1)).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.allocate(64, 128))
                .withMessageContaining("no room for 0x40 bytes aligned to 0x80");

        all.close();
        all.close();

        assertThat(all.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(all::memory).withMessageContaining("is closed");
        assertThatIllegalStateException().isThrownBy(all::iova);
        assertThat(pool.buffers()).isZero();
        assertThat(pool.allocate(SLAB).iova())
                .isEqualTo(backend.maps().getLast().start());
        assertThat(backend.maps()).hasSize(2);
    }

    @Test
    void a_closed_pool_ends_its_map_and_its_buffers() {
        DmaPool pool = dma.pool(SLAB, DmaOptions.defaults().withLabel("io"));
        DmaBuffer buffer = pool.allocate(64);
        MemorySegment memory = buffer.memory();

        pool.close();
        pool.close();

        assertThat(buffer.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.allocate(64))
                .withMessageContaining("\"io\"")
                .withMessageContaining("is closed");
        assertThat(backend.maps()).hasSize(1);
        buffer.close();
    }

    @Test
    void sizes_and_alignments_that_cannot_be_are_refused() {
        DmaPool pool = dma.pool(SLAB);

        assertThatIllegalArgumentException().isThrownBy(() -> pool.allocate(0));
        assertThatIllegalArgumentException().isThrownBy(() -> pool.allocate(-1)).withMessageContaining("0xffff");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.allocate(64, 3))
                .withMessageContaining("0x3");
        assertThatIllegalArgumentException().isThrownBy(() -> pool.allocate(64, 0));
        assertThat(pool.tryAllocate(SLAB + 1, 1)).isEmpty();
        assertThat(pool.buffers()).isZero();
    }

    @Test
    void scattered_memory_takes_no_alignment_above_its_pages() {
        FakePhysicalBackend scattered = new FakePhysicalBackend(1);
        DmaRegistry physical = DmaRegistry.physical(DmaRegistry.Settings.defaults("no-IOMMU space"), PAGE, scattered);
        Dma unsafe = Dma.of(
                () -> new FakeSpace(physical, false),
                SystemCalls.linux(),
                IovaRange.ALL,
                DmaOptions.ANY_NODE,
                "0000:00:05.0");
        DmaPool pool = unsafe.pool(SLAB);

        if (pool.pageSize() == PAGE) { // huge pages are taken where there are any
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.allocate(64, 0x2000))
                    .withMessageContaining("use huge pages");
        }
        DmaBuffer buffer = pool.allocate(2 * PAGE, PAGE);
        assertThat(buffer.contiguous(0)).isEqualTo(PAGE);
        assertThat(buffer.contiguous(PAGE - 8)).isEqualTo(8);
        assertThat(buffer.deviceAddress(PAGE) - buffer.deviceAddress(PAGE - 1)).isEqualTo(2 * PAGE + 1);
        unsafe.close();
        unsafe.releaseQuarantine();
        assertThat(scattered.pinned()).isEmpty();
    }

    @Test
    void many_threads_cut_and_return_buffers_that_never_overlap() throws InterruptedException {
        DmaPool pool = dma.pool(SLAB);
        Threads threads = new Threads();
        for (int t = 0; t < 4; t++) {
            byte mark = (byte) (t + 1);
            long seed = t;
            threads.add(() -> {
                Random random = new Random(seed);
                List<DmaBuffer> mine = new ArrayList<>();
                for (int round = 0; round < 3_000; round++) {
                    if (random.nextBoolean()) {
                        Optional<DmaBuffer> next = pool.tryAllocate(1 + random.nextInt(8192), 64);
                        next.ifPresent(buffer -> {
                            buffer.memory().fill(mark);
                            mine.add(buffer);
                        });
                    } else if (!mine.isEmpty()) {
                        DmaBuffer buffer = mine.remove(random.nextInt(mine.size()));
                        MemorySegment memory = buffer.memory();
                        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(mark);
                        assertThat(memory.get(ValueLayout.JAVA_BYTE, memory.byteSize() - 1))
                                .isEqualTo(mark);
                        buffer.close();
                    }
                }
                mine.forEach(DmaBuffer::close);
            });
        }

        threads.start();
        threads.join();

        assertThat(pool.buffers()).isZero();
        assertThat(pool.allocate(SLAB).size()).isEqualTo(SLAB);
    }

    @Test
    void cutting_after_the_device_is_closed_is_refused() {
        DmaPool pool = dma.pool(SLAB);

        dma.close();

        assertThatThrownBy(() -> pool.tryAllocate(64, 64)).isInstanceOf(IllegalStateException.class);
    }
}
