// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DmaRegistryConcurrencyTest {
    private static final long PAGE = 0x1000;
    private static final MapRequest ANYWHERE = MapRequest.defaults();
    private static final List<IovaRange> USABLE = List.of(new IovaRange(0, 0xff_ffff));

    private final FakeBackend backend = new FakeBackend();
    private final DmaRegistry registry = registry(Duration.ofSeconds(20));
    private final Threads threads = new Threads();

    private DmaRegistry registry(Duration unmapTimeout) {
        DmaRegistry result = DmaRegistry.of(
                DmaRegistry.Settings.defaults("test space").withUnmapTimeout(unmapTimeout), USABLE, PAGE);
        result.attach(backend, USABLE, PAGE);
        return result;
    }

    /** Each mapping has memory of its own that is freed right after the unmap: a late access throws. */
    @Test
    void memory_is_never_freed_under_a_transfer() throws Exception {
        long slots = 4;
        AtomicInteger mappers = new AtomicInteger(2);
        AtomicInteger transfers = new AtomicInteger();
        Semaphore done = new Semaphore(0);
        for (int m = 0; m < 2; m++) {
            long first = PAGE + m * slots * PAGE;
            threads.add(() -> {
                try {
                    for (int round = 0; round < 250; round++) {
                        try (Arena arena = Arena.ofShared()) {
                            DmaSource source = new DmaSource.Segment(arena.allocate(PAGE, PAGE));
                            DmaMapping mapping = registry.map(source, ANYWHERE.withIova(first + round % slots * PAGE));
                            done.drainPermits();
                            done.tryAcquire(2, TimeUnit.MILLISECONDS);
                            mapping.close();
                        }
                    }
                } finally {
                    mappers.decrementAndGet();
                }
            });
        }
        for (int t = 0; t < 2; t++) {
            long seed = t;
            threads.add(() -> {
                Random random = new Random(seed);
                MemorySegment local = MemorySegment.ofArray(new byte[32]);
                DmaPin pin = new DmaPin();
                while (mappers.get() > 0) {
                    long iova = PAGE + random.nextLong(2 * slots * PAGE - 32);
                    if (registry.mappings().pin(iova, 32, Access.READ_WRITE, pin) == DmaPin.Result.PINNED) {
                        pin.write(0, local);
                        pin.read(0, local);
                        pin.close();
                        transfers.incrementAndGet();
                        done.release();
                    }
                }
            });
        }

        threads.start();
        threads.join();

        assertThat(transfers).hasPositiveValue();
        assertThat(backend.maps()).isEmpty();
        assertThat(registry.mappings().size()).isZero();
    }

    @Test
    void many_threads_map_and_unmap_without_overlap() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(16 * PAGE, PAGE);
            for (int t = 0; t < 6; t++) {
                long seed = t;
                threads.add(() -> {
                    Random random = new Random(seed);
                    List<DmaMapping> mine = new ArrayList<>();
                    for (int round = 0; round < 1_000; round++) {
                        if (mine.size() < 20 && random.nextBoolean()) {
                            long length = (1 + random.nextInt(16)) * PAGE;
                            mine.add(registry.map(
                                    new DmaSource.Segment(memory.asSlice(0, length)),
                                    ANYWHERE.withFit(
                                            random.nextBoolean() ? MapRequest.Fit.BEST : MapRequest.Fit.LAST)));
                        } else if (!mine.isEmpty()) {
                            mine.remove(random.nextInt(mine.size())).close();
                        }
                        for (DmaMapping mapping : mine) {
                            assertThat(registry.mappings().find(mapping.iova())).isSameAs(mapping);
                        }
                    }
                    mine.forEach(DmaMapping::close);
                });
            }

            threads.start();
            threads.join();

            assertThat(backend.maps()).isEmpty();
            assertThat(registry.mappings().size()).isZero();
            DmaSource.Remote rest = new DmaSource.Remote(0x100_0000, (at, local) -> {}, (at, local) -> {});
            assertThat(registry.map(rest, ANYWHERE.withIova(0)).isOpen()).isTrue();
        }
    }

    @Test
    void of_many_threads_that_close_a_mapping_one_unmaps_it() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            for (int round = 0; round < 50; round++) {
                Threads closers = new Threads();
                DmaMapping mapping = registry.map(page(arena), ANYWHERE);
                for (int t = 0; t < 4; t++) {
                    closers.add(() -> {
                        mapping.close();
                        assertThat(mapping.isOpen()).isFalse();
                    });
                }
                closers.start();
                closers.join();
            }
        }
        assertThat(backend.calls()).hasSize(100);
    }

    @Test
    void a_slow_map_holds_up_a_join_but_no_other_map() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            CountDownLatch inKernel = new CountDownLatch(1);
            CountDownLatch pinned = new CountDownLatch(1);
            backend.beforeMap(range -> {
                if (range.start() == 0x80_0000) {
                    inKernel.countDown();
                    await(pinned);
                }
            });
            FakeBackend newcomer = new FakeBackend();
            AtomicReference<DmaMapping> slow = new AtomicReference<>();
            Thread mapper = threads.add(() -> slow.set(registry.map(page(arena), ANYWHERE.withIova(0x80_0000))));
            threads.start();
            inKernel.await();

            DmaMapping other = registry.map(page(arena), ANYWHERE);
            other.close();
            assertThat(registry.mappings().find(0x80_0000)).isNull();
            Thread joiner = threads.add(() -> registry.attach(newcomer, USABLE, PAGE));
            Threads.awaitBlocked(joiner);
            assertThat(newcomer.calls()).isEmpty();

            pinned.countDown();
            threads.join();
            assertThat(mapper.isAlive()).isFalse();
            assertThat(newcomer.maps()).containsExactly(slow.get().range());
            slow.get().close();
            assertThat(newcomer.maps()).isEmpty();
        }
    }

    @Test
    void an_unmap_waits_for_the_transfer_and_keeps_an_interrupt() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            DmaMapping mapping = registry.map(page(arena), ANYWHERE);
            DmaPin pin = new DmaPin();
            assertThat(registry.mappings().pin(mapping.iova(), 8, Access.READ, pin))
                    .isEqualTo(DmaPin.Result.PINNED);
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread closer = threads.add(() -> {
                mapping.close();
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            threads.start();
            while (registry.mappings().size() != 0) {
                Thread.onSpinWait();
            }
            closer.interrupt();
            Threads.awaitBlocked(closer);

            assertThat(backend.maps()).hasSize(1);
            assertThat(registry.mappings().pin(mapping.iova(), 8, Access.READ, new DmaPin()))
                    .isEqualTo(DmaPin.Result.UNMAPPED);
            pin.close();
            threads.join();

            assertThat(backend.maps()).isEmpty();
            assertThat(interrupted).isTrue();
        }
    }

    @Test
    void a_join_while_an_unmap_waits_leaves_nothing_behind() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            DmaMapping mapping = registry.map(page(arena), ANYWHERE);
            DmaPin pin = new DmaPin();
            registry.mappings().pin(mapping.iova(), 8, Access.READ, pin);
            threads.add(mapping::close);
            threads.start();
            while (registry.mappings().size() != 0) {
                Thread.onSpinWait();
            }
            FakeBackend newcomer = new FakeBackend();

            registry.attach(newcomer, USABLE, PAGE);
            pin.close();
            threads.join();

            assertThat(newcomer.maps()).isEmpty();
            assertThat(backend.maps()).isEmpty();
        }
    }

    @Test
    void a_close_that_races_with_maps_leaves_nothing_mapped() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            for (int t = 0; t < 4; t++) {
                threads.add(() -> {
                    try {
                        while (true) {
                            registry.map(page(arena), ANYWHERE);
                        }
                    } catch (IllegalStateException closed) {
                        assertThat(closed).hasMessageContaining("is closed");
                    }
                });
            }
            threads.start();
            while (backend.maps().size() < 50) {
                Thread.onSpinWait();
            }

            registry.close();
            threads.join();

            assertThat(backend.maps()).isEmpty();
            assertThat(registry.mappings().size()).isZero();
        }
    }

    @Test
    void pins_of_many_threads_on_one_mapping_are_counted() throws Exception {
        DmaRegistry impatient = DmaRegistry.of(
                DmaRegistry.Settings.defaults("impatient").withUnmapTimeout(Duration.ZERO), USABLE, PAGE);
        try (Arena arena = Arena.ofShared()) {
            DmaMapping mapping = impatient.map(page(arena), ANYWHERE);
            AtomicInteger running = new AtomicInteger(3);
            for (int t = 0; t < 3; t++) {
                threads.add(() -> {
                    DmaPin pin = new DmaPin();
                    for (int round = 0; round < 20_000; round++) {
                        if (impatient.mappings().pin(mapping.iova(), 8, Access.WRITE, pin) == DmaPin.Result.PINNED) {
                            pin.memory(0).set(ValueLayout.JAVA_BYTE, 0, (byte) round);
                            pin.close();
                        }
                    }
                    running.decrementAndGet();
                });
            }
            threads.start();
            while (running.get() > 0 && mapping.isOpen()) {
                try {
                    mapping.close();
                } catch (VfioException busy) {
                    assertThat(busy.errno()).isEqualTo(Errno.EBUSY);
                }
            }
            threads.join();
            mapping.close();

            assertThat(mapping.isOpen()).isFalse();
            assertThat(impatient.mappings().size()).isZero();
        }
    }

    private static DmaSource page(Arena arena) {
        return new DmaSource.Segment(arena.allocate(PAGE, PAGE));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
