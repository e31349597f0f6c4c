// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForeignMemoryTest {
    private static final long PAGE = 0x1000;
    private static final List<IovaRange> USABLE = List.of(IovaRange.ofBits(39));

    private final FakeBackend backend = new FakeBackend();
    private final DmaRegistry registry = DmaRegistry.of(DmaRegistry.Settings.defaults("test space"), USABLE, PAGE);
    private final FailingCalls failing = new FailingCalls();
    private final Dma dma = Dma.of(
            () -> new FakeSpace(registry, true), failing.calls(), IovaRange.ALL, DmaOptions.ANY_NODE, "0000:00:04.0");

    @TempDir
    private Path folder;

    ForeignMemoryTest() {
        registry.attach(backend, USABLE, PAGE);
    }

    @AfterEach
    void end() {
        backend.beforeUnmap(range -> {});
        dma.close();
        registry.close();
    }

    @Test
    void the_arena_unmaps_before_it_frees() {
        byte[] seen = new byte[1];
        DmaBuffer buffer;
        try (Arena arena = Arena.ofShared()) {
            // As large as this, the allocator gives memory back to the system at once: a late look would fail.
            MemorySegment memory = arena.allocate(64L << 20, PAGE);
            memory.fill((byte) 5);
            buffer = dma.map(arena, memory, MapRequest.defaults().withLabel("mine"));
            assertThat(buffer.memory().address()).isEqualTo(memory.address());
            assertThat(buffer.label()).isEqualTo("mine");
            long address = memory.address();
            backend.beforeUnmap(range -> seen[0] = peek(address));
        }

        assertThat(backend.maps()).isEmpty();
        assertThat(seen).containsExactly(5);
        assertThat(buffer.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(buffer::memory);
    }

    /** Reads this process's memory without an arena, as a device would. */
    private byte peek(long address) {
        try (FileChannel memory = FileChannel.open(Path.of("/proc/self/mem"), StandardOpenOption.READ)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(memory.read(one, address)).isEqualTo(1);
            return one.get(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_closed_buffer_is_unmapped_and_leaves_the_memory_alone() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(PAGE, PAGE);
            DmaBuffer buffer = dma.map(arena, memory);

            buffer.close();
            buffer.close();

            assertThat(backend.maps()).isEmpty();
            assertThat(buffer.isOpen()).isFalse();
            memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        assertThat(backend.calls()).hasSize(2);
    }

    @Test
    void the_maps_of_an_arena_end_with_the_device() {
        try (Arena arena = Arena.ofShared()) {
            DmaBuffer buffer = dma.map(arena, arena.allocate(PAGE, PAGE));

            dma.close();

            assertThat(backend.maps()).isEmpty();
            assertThat(buffer.isOpen()).isFalse();
        }
        assertThat(backend.calls()).hasSize(2);
    }

    @Test
    void pages_that_cannot_be_unmapped_are_exchanged_before_they_are_freed() {
        DmaBuffer buffer;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(PAGE, PAGE);
            memory.fill((byte) 5);
            long address = memory.address();
            buffer = dma.map(arena, memory);
            backend.beforeUnmap(range -> {
                assertThat(peek(address)).isEqualTo((byte) 5);
                throw VfioException.of("FAKE_UNMAP", Errno.EIO, range.toString());
            });
        }

        assertThat(failing.made()).containsOnlyOnce("mmap");
        assertThat(buffer.isOpen()).isFalse();
        assertThat(backend.maps()).hasSize(1);
        assertThat(registry.mappings().size()).isEqualTo(1);
    }

    @Test
    void pages_of_a_file_that_cannot_be_unmapped_are_exchanged_and_read_as_zero() throws IOException {
        byte[] seen = {9};
        Path file = folder.resolve("data");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {5}), PAGE - 1);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE, arena);
                memory.fill((byte) 5);
                long address = memory.address();
                dma.map(arena, memory);
                backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));
                failing.after("mmap", () -> seen[0] = peek(address));
            }
        }
        assertThat(seen).containsExactly(0);
        assertThat(Files.readAllBytes(file)).containsOnly(5);
    }

    @Test
    void an_arena_whose_pages_can_be_neither_unmapped_nor_exchanged_says_so() {
        assertThatThrownBy(() -> {
                    try (Arena arena = Arena.ofShared()) {
                        dma.map(arena, arena.allocate(PAGE, PAGE));
                        backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));
                        failing.failAfter(0, Errno.ENOMEM);
                    }
                })
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("mmap")
                .hasMessageContaining("ENOMEM");
        assertThat(failing.made()).containsExactly("mmap");
    }

    @Test
    void heap_memory_is_refused() {
        try (Arena arena = Arena.ofShared()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> dma.map(arena, MemorySegment.ofArray(new byte[4096])))
                    .withMessageContaining("heap");
        }
    }

    @Test
    void memory_that_is_not_of_a_shared_arena_is_refused() {
        for (Arena arena : List.of(Arena.ofAuto(), Arena.global())) {
            MemorySegment memory = arena.allocate(PAGE, PAGE);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> dma.map(arena, memory))
                    .withMessageContaining("only memory of a shared arena");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PAGE, PAGE);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> dma.map(arena, memory))
                    .withMessageContaining("a confined arena may free it before");
        }
        assertThat(backend.calls()).isEmpty();
    }

    @Test
    void memory_of_another_arena_is_refused() {
        try (Arena arena = Arena.ofShared();
                Arena other = Arena.ofShared()) {
            MemorySegment memory = other.allocate(PAGE, PAGE);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> dma.map(arena, memory))
                    .withMessageContaining("not of this arena");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> dma.map(arena, Arena.global().allocate(PAGE, PAGE)));
        }
        assertThat(backend.calls()).isEmpty();
    }

    @Test
    void memory_that_is_not_aligned_or_only_read_is_refused() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(2 * PAGE, PAGE);

            assertThatIllegalArgumentException().isThrownBy(() -> dma.map(arena, memory.asSlice(16, PAGE)));
            assertThatIllegalArgumentException().isThrownBy(() -> dma.map(arena, memory.asSlice(0, 16)));
            assertThatIllegalArgumentException().isThrownBy(() -> dma.map(arena, memory.asReadOnly()));
            try (DmaBuffer buffer =
                    dma.map(arena, memory.asReadOnly(), MapRequest.defaults().withAccess(Access.READ))) {
                assertThat(buffer.memory().isReadOnly()).isTrue();
            }
        }
        assertThat(backend.calls()).hasSize(2);
    }

    @Test
    void a_closed_arena_is_refused() {
        Arena closed;
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            memory = arena.allocate(PAGE, PAGE);
            closed = arena;
        }

        assertThatIllegalStateException().isThrownBy(() -> dma.map(closed, memory));
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void without_an_iommu_memory_of_the_caller_is_refused() {
        DmaRegistry physical =
                DmaRegistry.physical(DmaRegistry.Settings.defaults("no-IOMMU space"), PAGE, new FakePhysicalBackend(1));
        Dma unsafe = Dma.of(
                () -> new FakeSpace(physical, false),
                SystemCalls.linux(),
                IovaRange.ALL,
                DmaOptions.ANY_NODE,
                "0000:00:05.0");
        try (Arena arena = Arena.ofShared()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> unsafe.map(arena, arena.allocate(PAGE, PAGE)))
                    .withMessageContaining("without an IOMMU 0000:00:05.0");
        }
    }
}
