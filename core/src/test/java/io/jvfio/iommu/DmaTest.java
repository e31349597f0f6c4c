// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DmaTest {
    private static final long PAGE = 0x1000;
    private static final List<IovaRange> USABLE =
            List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x7f_ffff_ffffL));
    private static final DmaOptions DEFAULTS = DmaOptions.defaults();

    private final FakeBackend backend = new FakeBackend();
    private final DmaRegistry registry =
            DmaRegistry.of(DmaRegistry.Settings.defaults("test space"), USABLE, PAGE | 0x20_0000);
    private final FakeSpace space = new FakeSpace(registry, true);
    private final Dma dma =
            Dma.of(() -> space, SystemCalls.linux(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:04.0");

    DmaTest() {
        registry.attach(backend, USABLE, PAGE | 0x20_0000);
    }

    @AfterEach
    void end() {
        backend.beforeUnmap(range -> {});
        dma.close();
        dma.releaseQuarantine();
        assertThat(dma.quarantined()).isZero();
        space.close();
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void a_buffer_is_zeroed_memory_of_just_the_size_at_an_address() {
        DmaBuffer buffer = dma.allocate(100);

        assertThat(buffer.size()).isEqualTo(100);
        assertThat(buffer.memory().byteSize()).isEqualTo(100);
        assertThat(buffer.memory().mismatch(MemorySegment.ofArray(new byte[100])))
                .isEqualTo(-1);
        assertThat(buffer.deviceAddress(99)).isEqualTo(buffer.iova() + 99);
        assertThat(buffer.contiguous(1)).isEqualTo(99);
        assertThat(buffer.pageSize()).isEqualTo(PAGE);
        assertThat(backend.maps()).containsExactly(IovaRange.of(buffer.iova(), PAGE));
        assertThatThrownBy(() -> buffer.deviceAddress(100)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.contiguous(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_closed_buffer_is_unmapped_and_says_so() {
        DmaBuffer buffer = dma.allocate(PAGE, DEFAULTS.withLabel("ring"));
        MemorySegment memory = buffer.memory();

        buffer.close();
        buffer.close();

        assertThat(buffer.isOpen()).isFalse();
        assertThat(backend.maps()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException()
                .isThrownBy(buffer::memory)
                .withMessageContaining("\"ring\"")
                .withMessageContaining("is closed");
        assertThatIllegalStateException().isThrownBy(buffer::iova);
        assertThatIllegalStateException().isThrownBy(() -> buffer.contiguous(0));
    }

    @Test
    void memory_is_a_file_that_a_server_can_pass_on() {
        DmaBuffer buffer = dma.allocate(PAGE, DEFAULTS.withLabel("ring"));

        DmaMapping mapping = space.mappings().find(buffer.iova());

        assertThat(mapping).isNotNull();
        assertThat(mapping.label()).isEqualTo("ring");
        assertThat(mapping.source()).isInstanceOfSatisfying(DmaSource.File.class, file -> {
            assertThat(file.offset()).isZero();
            assertThat(file.view().address()).isEqualTo(buffer.memory().address());
        });
    }

    @Test
    void memory_is_of_this_process_alone_where_that_is_asked_for() {
        DmaBuffer buffer = dma.allocate(PAGE, DEFAULTS.withBacking(DmaOptions.Backing.ANONYMOUS));

        assertThat(space.mappings().find(buffer.iova()).source()).isInstanceOf(DmaSource.Segment.class);
        buffer.memory().fill((byte) 7);
        assertThat(buffer.memory().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 7);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void a_size_that_cannot_be_is_refused(long size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dma.allocate(size))
                .withMessageContaining("0x" + Long.toHexString(size));
        assertThatIllegalArgumentException().isThrownBy(() -> dma.pool(size));
    }

    @Test
    void a_size_that_the_machine_does_not_have_is_refused_by_the_kernel() {
        assertThatThrownBy(() -> dma.allocate(1L << 56)).isInstanceOf(VfioException.class);
    }

    @Test
    void options_reach_the_map() {
        DmaBuffer fixed = dma.allocate(PAGE, DEFAULTS.withIova(0x1234_5000).withAccess(Access.READ));
        DmaBuffer aligned = dma.allocate(PAGE, DEFAULTS.withAlignment(1 << 24));
        DmaBuffer top = dma.allocate(PAGE, DEFAULTS.withFit(MapRequest.Fit.LAST));

        assertThat(fixed.iova()).isEqualTo(0x1234_5000);
        assertThat(backend.calls()).contains("map 0x12345000..0x12345fff READ");
        assertThat(aligned.iova() & 0xff_ffff).isZero();
        assertThat(top.iova()).isEqualTo(0x7f_ffff_f000L);
    }

    @Test
    void addresses_lie_within_the_devices_mask() {
        dma.addressBits(28);

        assertThat(dma.addressBits()).isEqualTo(28);
        assertThat(dma.allocate(PAGE, DEFAULTS.withFit(MapRequest.Fit.LAST)).iova())
                .isEqualTo(0xfff_f000L);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dma.allocate(PAGE, DEFAULTS.withIova(0x1000_0000L)))
                .withMessageContaining("0x0..0xfffffff");
        assertThatThrownBy(() -> dma.allocate(PAGE, DEFAULTS.withAlignment(1L << 30)))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("the device has 28 address bits")
                .hasMessageContaining("0xfef00000..0x7fffffffff");
        assertThat(dma.explain(0x1000_0000L))
                .isEqualTo(new IovaExplanation.OutsideMask(0x1000_0000L, 28))
                .hasToString("0x10000000 has more than the 28 address bits of the device");
    }

    @Test
    void a_mask_that_leaves_a_buffer_out_is_refused() {
        DmaBuffer buffer = dma.allocate(PAGE, DEFAULTS.withIova(0x1_0000_0000L).withLabel("far"));

        assertThatIllegalStateException()
                .isThrownBy(() -> dma.addressBits(32))
                .withMessageContaining("\"far\" at 0x100000000..0x100000fff");
        assertThat(dma.addressBits()).isEqualTo(64);
        dma.addressBits(33);
        buffer.close();
        dma.addressBits(32);
        assertThatIllegalArgumentException().isThrownBy(() -> dma.addressBits(0));
        assertThatIllegalArgumentException().isThrownBy(() -> dma.addressBits(65));
    }

    @Test
    void the_mask_is_the_devices_own_while_the_space_is_shared() {
        Dma other = Dma.of(() -> space, SystemCalls.linux(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:05.0");
        other.addressBits(20);

        assertThat(dma.allocate(PAGE, DEFAULTS.withIova(0x40_0000)).iova()).isEqualTo(0x40_0000);
        try (DmaBuffer low = other.allocate(PAGE)) {
            assertThat(low.iova()).isLessThan(1 << 20);
            assertThat(dma.explain(low.iova())).isInstanceOf(IovaExplanation.Mapped.class);
        }
    }

    @Test
    void all_that_is_open_is_closed_with_the_device() {
        DmaBuffer buffer = dma.allocate(PAGE);
        DmaPool pool = dma.pool(1);
        DmaBuffer cut = pool.allocate(64);

        dma.close();
        dma.close();

        assertThat(buffer.isOpen()).isFalse();
        assertThat(pool.isOpen()).isFalse();
        assertThat(cut.isOpen()).isFalse();
        assertThat(backend.maps()).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> dma.allocate(PAGE))
                .withMessageContaining("0000:00:04.0 is closed");
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void a_buffer_that_cannot_be_unmapped_is_kept_until_it_can() throws IOException {
        DmaBuffer buffer = dma.allocate(PAGE, DEFAULTS.withLabel("stuck"));
        backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));

        assertThatThrownBy(buffer::close).isInstanceOf(VfioException.class);

        assertThat(buffer.isOpen()).isFalse();
        assertThat(dma.quarantined()).isEqualTo(1);
        assertThat(mappedFiles("stuck")).isEqualTo(1);
        assertThat(dma.explain(registry.mappings()
                        .find(backend.maps().getFirst().start())
                        .iova()))
                .isInstanceOf(IovaExplanation.Mapped.class);
        dma.releaseQuarantine();
        assertThat(dma.quarantined()).isEqualTo(1);
        backend.beforeUnmap(range -> {});
        dma.releaseQuarantine();
        assertThat(dma.quarantined()).isZero();
        assertThat(mappedFiles("stuck")).isZero();
    }

    @Test
    void a_buffer_whose_transfer_does_not_end_is_kept_for_it() {
        DmaRegistry impatient = DmaRegistry.of(
                DmaRegistry.Settings.defaults("impatient").withUnmapTimeout(Duration.ZERO), USABLE, PAGE);
        Dma model = Dma.of(
                () -> new FakeSpace(impatient, true), SystemCalls.linux(), IovaRange.ALL, DmaOptions.ANY_NODE, "model");
        DmaBuffer buffer = model.allocate(PAGE);
        DmaPin pin = new DmaPin();
        impatient.mappings().pin(buffer.iova(), 8, Access.READ_WRITE, pin);

        assertThatThrownBy(buffer::close).isInstanceOf(VfioException.class).hasMessageContaining("EBUSY");

        pin.write(0, MemorySegment.ofArray(new byte[8]));
        assertThatIllegalStateException().isThrownBy(buffer::memory);
        pin.close();
        model.releaseQuarantine();
        assertThat(model.quarantined()).isZero();
        assertThat(impatient.mappings().size()).isZero();
    }

    @Test
    void locked_memory_that_is_not_there_is_explained_with_numbers() {
        space.limits(new Limits(PAGE, -1, 8 << 20, 7 << 20));
        backend.beforeMap(FakeBackend.refuse("VFIO_IOMMU_MAP_DMA", Errno.ENOMEM));

        assertThatThrownBy(() -> dma.allocate(2 << 20)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.call()).isEqualTo("VFIO_IOMMU_MAP_DMA");
            assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
            assertThat(e.hint())
                    .contains("needs 2 MiB", "limit is 8 MiB", "uses 7 MiB", "Raise it to 9 MiB")
                    .contains("LimitMEMLOCK=", "/etc/security/limits.conf", "\"ulimit -l 9216\"");
            assertThat(e).hasCauseInstanceOf(VfioException.class);
        });
        assertThat(dma.limits().remainingLocked()).hasValue(1 << 20);
    }

    @Test
    void maps_that_are_used_up_are_explained() {
        space.limits(new Limits(PAGE, 0, -1, -1));
        backend.beforeMap(FakeBackend.refuse("VFIO_IOMMU_MAP_DMA", Errno.ENOSPC));

        assertThatThrownBy(() -> dma.allocate(PAGE))
                .isInstanceOfSatisfying(
                        VfioException.class,
                        e -> assertThat(e.hint()).contains("(0 left)", "dma_entry_limit", "pool", "iommufd"));
    }

    @Test
    void other_failures_are_passed_on() {
        VfioException refusal = VfioException.of("VFIO_IOMMU_MAP_DMA", Errno.EPERM, "x");
        backend.beforeMap(range -> {
            throw refusal;
        });

        assertThatThrownBy(() -> dma.allocate(PAGE)).isSameAs(refusal);
    }

    @ParameterizedTest
    @EnumSource(DmaOptions.Backing.class)
    void every_system_call_may_fail_and_nothing_is_left(DmaOptions.Backing backing) throws IOException {
        DmaOptions options = DEFAULTS.withBacking(backing).withLabel("faulty").withPages(DmaOptions.Pages.ORDINARY);
        FailingCalls failing = new FailingCalls();
        Dma faulty = Dma.of(() -> space, failing.calls(), IovaRange.ALL, DmaOptions.ANY_NODE, "faulty");
        faulty.allocate(PAGE, options).close();
        int calls = failing.made().size();
        assertThat(calls).isGreaterThanOrEqualTo(2);
        long descriptors = ProcSelf.openDescriptors();

        for (int i = 0; i < calls; i++) {
            String call = failing.made().get(i);
            failing.failAfter(i, Errno.ENOMEM);
            assertThatThrownBy(() -> faulty.allocate(PAGE, options))
                    .as(call)
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("ENOMEM");
            assertThat(backend.maps()).as(call).isEmpty();
            assertThat(mappedFiles("faulty")).as(call).isZero();
            assertThat(ProcSelf.openDescriptors()).as(call).isEqualTo(descriptors);
        }
        backend.beforeMap(FakeBackend.refuse("FAKE_MAP", Errno.ENOMEM));
        assertThatThrownBy(() -> faulty.allocate(PAGE, options)).isInstanceOf(VfioException.class);
        assertThat(mappedFiles("faulty")).isZero();
        assertThat(ProcSelf.openDescriptors()).isEqualTo(descriptors);
    }

    @Test
    void memory_is_taken_from_the_node_of_the_device_or_the_one_that_is_asked_for() {
        FailingCalls calls = new FailingCalls();
        Dma near = Dma.of(() -> space, calls.calls(), IovaRange.ALL, 0, "near");

        assertThat(near.numaNode()).isZero();
        try (DmaBuffer buffer = near.allocate(PAGE)) {
            assertThat(calls.made()).containsOnlyOnce("mbind");
            assertThat(near.numaNode(buffer)).hasValue(0);
        }
        int before = calls.made().size();
        near.allocate(PAGE, DmaOptions.defaults().withNode(DmaOptions.ANY_NODE)).close();
        dma.allocate(PAGE).close();
        assertThat(calls.made().subList(before, calls.made().size())).doesNotContain("mbind");
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.EINVAL, Errno.ENOMEM})
    void a_node_that_is_refused_leaves_memory_where_it_is_first_touched(int errno) {
        FailingCalls calls = new FailingCalls();
        Dma near = Dma.of(() -> space, calls.calls(), IovaRange.ALL, 0, "near");
        near.allocate(PAGE).close();
        int mbind = calls.made().indexOf("mbind");
        calls.failAfter(mbind, errno);

        try (DmaBuffer buffer = near.allocate(PAGE)) {
            buffer.memory().fill((byte) 1);
            assertThat(near.numaNode(buffer)).hasValue(0);
        }
        try (DmaBuffer buffer = dma.allocate(PAGE, DmaOptions.defaults().withNode(1023))) {
            assertThat(buffer.memory().byteSize()).isEqualTo(PAGE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, 1024, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void what_no_kernel_has_is_no_node(int node) {
        assertThatThrownBy(() -> DmaOptions.defaults().withNode(node)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_map_that_cannot_be_undone_keeps_its_memory_for_good() throws IOException {
        FakeBackend second = new FakeBackend();
        registry.attach(second, USABLE, PAGE);
        second.beforeMap(FakeBackend.refuse("FAKE_MAP", Errno.ENOMEM));
        backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));
        long descriptors = ProcSelf.openDescriptors();

        assertThatThrownBy(() -> dma.allocate(PAGE, DEFAULTS.withLabel("orphan")))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("still reach");

        assertThat(mappedFiles("orphan")).isEqualTo(1);
        assertThat(ProcSelf.openDescriptors()).isEqualTo(descriptors);
        backend.beforeUnmap(range -> {});
        backend.unmap(backend.maps().getFirst().start(), PAGE);
    }

    @Test
    void huge_pages_are_used_or_their_absence_is_said() throws IOException {
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        boolean available =
                Files.exists(free) && Integer.parseInt(Files.readString(free).strip()) > 0;
        DmaOptions huge = DEFAULTS.withPages(DmaOptions.Pages.HUGE_2M);

        if (available) {
            try (DmaBuffer buffer = dma.allocate(PAGE, huge)) {
                assertThat(buffer.pageSize()).isEqualTo(0x20_0000);
                assertThat(buffer.iova() % 0x20_0000).isZero();
                assertThat(buffer.size()).isEqualTo(PAGE);
                buffer.memory().fill((byte) 1);
                assertThat(backend.maps().getFirst().last()
                                - backend.maps().getFirst().start())
                        .isEqualTo(0x1f_ffff);
            }
        } else {
            assertThatThrownBy(() -> dma.allocate(PAGE, huge))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("huge");
        }
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void transparent_huge_pages_are_a_wish_and_what_came_of_it_is_told() {
        DmaBuffer buffer = dma.allocate(
                3 << 20, DEFAULTS.withPages(DmaOptions.Pages.TRANSPARENT).withBacking(DmaOptions.Backing.ANONYMOUS));

        assertThat(buffer.pageSize()).isIn(PAGE, 0x20_0000L);
        assertThat(buffer.size()).isEqualTo(3 << 20);
        assertThat(backend.maps().getFirst().last() - backend.maps().getFirst().start())
                .isEqualTo(0x3f_ffff);
    }

    @Test
    void a_close_that_races_with_allocations_leaves_nothing() throws Exception {
        Threads threads = new Threads();
        for (int t = 0; t < 3; t++) {
            threads.add(() -> {
                try {
                    while (true) {
                        dma.allocate(PAGE, DEFAULTS.withLabel("race"));
                        dma.allocate(PAGE, DEFAULTS.withLabel("race")).close();
                    }
                } catch (IllegalStateException closed) {
                    assertThat(closed).hasMessageContaining("is closed");
                }
            });
        }
        threads.start();
        while (backend.maps().size() < 20) {
            Thread.onSpinWait();
        }

        dma.close();
        threads.join();

        assertThat(backend.maps()).isEmpty();
        assertThat(mappedFiles("race")).isZero();
    }

    @Test
    void thousands_of_buffers_leave_no_descriptor_and_no_memory() throws IOException {
        dma.allocate(PAGE).close();
        long descriptors = ProcSelf.openDescriptors();

        for (int i = 0; i < 4_000; i++) {
            dma.allocate(PAGE, DEFAULTS.withLabel("cycle")).close();
        }

        assertThat(ProcSelf.openDescriptors()).isEqualTo(descriptors);
        assertThat(mappedFiles("cycle")).isZero();
        assertThat(backend.maps()).isEmpty();
    }

    /** How many mappings of memory with this label the process has. */
    private static long mappedFiles(String label) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("memfd:jvfio-" + label)).count();
        }
    }
}
