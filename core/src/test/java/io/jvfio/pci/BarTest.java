// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.RegionArea;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BarTest {
    private static final int MEMORY_64_PREFETCHABLE = 0xc;

    private final PciFixture fixture = new PciFixture();
    private final FakeDevice fake = fixture.fake;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void a_bar_tells_its_kind() {
        fake.bar(0, 0x4000, MEMORY_64_PREFETCHABLE);
        fake.bar(2, 0x20, 1);
        fake.bar(3, 0x1000, 0);
        try (PciDevice device = fixture.open()) {
            assertThat(device.bars())
                    .extracting(Bar::toString)
                    .containsExactly(
                            "0000:01:00.0 BAR 0 (memory, 64-bit, prefetchable, 0x4000 bytes)",
                            "0000:01:00.0 BAR 2 (I/O, 0x20 bytes)",
                            "0000:01:00.0 BAR 3 (memory, 0x1000 bytes)");
            assertThat(device.bar(2).isIo()).isTrue();
            assertThat(device.bar(2).is64Bit()).isFalse();
            assertThat(device.bar(2).isPrefetchable()).isFalse();
            assertThat(device.bar(0)).isSameAs(device.bar(0));
        }
    }

    @Test
    void bits_of_an_io_address_do_not_make_it_prefetchable_memory() {
        fake.bar(0, 0x20, 0x0d);
        try (PciDevice device = fixture.open()) {
            assertThat(device.bar(0).is64Bit()).isFalse();
            assertThat(device.bar(0).isPrefetchable()).isFalse();
        }
    }

    @Test
    void a_bar_that_is_not_there_says_why() {
        fake.bar(0, 0x4000, MEMORY_64_PREFETCHABLE);
        fake.config.put(PciRegisters.BAR0 + 4, 4, 1);
        try (PciDevice device = fixture.open()) {
            assertThatThrownBy(() -> device.bar(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("0000:01:00.0 BAR 1 is the upper half of 64-bit BAR 0");
            assertThatThrownBy(() -> device.bar(2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("0000:01:00.0 has no BAR 2");
            assertThatThrownBy(() -> device.bar(6)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.bar(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void nothing_is_mapped_before_registers_are_asked_for_and_then_once() {
        FakeRegion region = fake.bar(0, 0x4000, 0, PciFixture.all(0x4000));
        try (PciDevice device = fixture.open()) {
            Bar bar = device.bar(0);
            assertThat(region.maps).hasValue(0);
            Mmio first = bar.mmio();
            Mmio second = bar.mmio();
            Mmio part = bar.mmio(0x1000, 0x1000);
            assertThat(region.maps).hasValue(1);
            first.write32(0x1000, 42);
            assertThat(second.read32(0x1000)).isEqualTo(42);
            assertThat(part.read32(0x1000)).isEqualTo(42);
            assertThat(region.calls).hasValue(0);
        }
        assertThat(region.open).hasValue(0);
    }

    @Test
    void an_access_outside_the_window_is_one_call_of_the_carrier() {
        FakeRegion region = fake.bar(0, 0x4000, 0, new RegionArea(0x1000, 0x2000));
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            mmio.write32(0xffc, 1);
            mmio.write32(0x3000, 2);
            assertThat(region.calls).hasValue(2);
            mmio.write32(0x1000, 3);
            mmio.write32(0x2ffc, 4);
            assertThat(region.calls).hasValue(2);
            assertThat(region.read(0xffc, 4)).isEqualTo(1);
            assertThat(region.read(0x3000, 4)).isEqualTo(2);
            assertThat(region.read(0x1000, 4)).isEqualTo(3);
            assertThat(region.read(0x2ffc, 4)).isEqualTo(4);
        }
    }

    @Test
    void around_a_hole_the_larger_part_is_mapped_unless_the_other_is_asked_for() {
        FakeRegion region = fake.bar(0, 0x8000, 0, new RegionArea(0, 0x2000), new RegionArea(0x3000, 0x5000));
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            assertThat(mmio.isMapped(0x3000, 0x5000)).isTrue();
            assertThat(mmio.isMapped(0, 4)).isFalse();
            Mmio low = device.bar(0).mmio(0x10, 0x1000);
            assertThat(low.isMapped(0, 0x1010)).isTrue();
            assertThat(low.isMapped(0x1010, 1)).isFalse();
            assertThat(low.size()).isEqualTo(0x8000);
            low.write32(0x1010, 7);
            assertThat(region.calls).hasValue(1);
        }
        assertThat(region.open).hasValue(0);
    }

    @Test
    void areas_from_an_untrusted_peer_are_cut_to_pages_and_to_the_bar() {
        fake.bar(0, 0x4000, 0, new RegionArea(0x800, 0x100000), new RegionArea(0xff8, 8));
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            assertThat(mmio.isMapped(0x1000, 0x3000)).isTrue();
            assertThat(mmio.isMapped(0xfff, 1)).isFalse();
        }
    }

    @Test
    void an_area_at_the_end_of_all_offsets_is_no_window() {
        fake.bar(0, 0x4000, 0, new RegionArea(Long.MAX_VALUE - 8, 8), new RegionArea(0, 0));
        try (PciDevice device = fixture.open()) {
            assertThat(device.bar(0).mmio().isMapped(0, 1)).isFalse();
        }
    }

    @Test
    void a_window_that_ends_inside_a_page_shows_no_more_than_the_bar() {
        fake.bar(0, 0x1800, 0, PciFixture.all(0x1800));
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            assertThat(mmio.isMapped(0x17ff, 1)).isTrue();
            assertThatThrownBy(() -> mmio.read32(0x1800)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void io_space_and_refused_maps_are_accessed_through_the_carrier() {
        FakeRegion io = fake.bar(0, 0x20, 1);
        FakeRegion refused = fake.bar(1, 0x1000, 0, PciFixture.all(0x1000));
        refused.refuseMaps = true;
        try (PciDevice device = fixture.open()) {
            device.bar(0).mmio().write8(0x1f, 5);
            device.bar(1).mmio().write32(0, 6);
            assertThat(io.read(0x1f, 1)).isEqualTo(5);
            assertThat(refused.read(0, 4)).isEqualTo(6);
            assertThat(io.maps).hasValue(0);
        }
    }

    @Test
    void a_part_outside_the_bar_is_refused() {
        fake.bar(0, 0x4000, 0, PciFixture.all(0x4000));
        try (PciDevice device = fixture.open()) {
            Bar bar = device.bar(0);
            assertThatThrownBy(() -> bar.mmio(0x3000, 0x1001))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("0x1001 bytes at offset 0x3000");
            assertThatThrownBy(() -> bar.mmio(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> bar.mmio(0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> bar.mmio(1, Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void registers_of_a_closed_device_refuse() {
        fake.bar(0, 0x4000, 0, new RegionArea(0, 0x1000));
        PciDevice device = fixture.open();
        Mmio mmio = device.bar(0).mmio();
        device.close();
        assertThatThrownBy(() -> mmio.read32(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> mmio.read32(0x1000)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bulk_access_is_for_prefetchable_bars_or_on_the_drivers_word() {
        fake.bar(0, 0x1000, 0, PciFixture.all(0x1000));
        try (PciDevice device = fixture.open()) {
            assertThatThrownBy(() -> device.bar(0).memory())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not prefetchable");
            assertThat(device.bar(0).memory(Bar.Promise.NO_SIDE_EFFECTS).size()).isEqualTo(0x1000);
        }
    }

    @Test
    void bytes_move_unchanged_through_window_and_carrier_from_heap_and_native_memory() {
        FakeRegion region = fake.bar(0, 0x22000, MEMORY_64_PREFETCHABLE, new RegionArea(0, 0x1000));
        byte[] bytes = new byte[0x22000];
        new Random(5).nextBytes(bytes);
        try (PciDevice device = fixture.open();
                Arena arena = Arena.ofConfined()) {
            BarMemory memory = device.bar(0).memory();
            // heap: the window alone, then both together, which is more than is staged at once
            memory.write(0, MemorySegment.ofArray(bytes).asSlice(0, 0x1000));
            assertThat(region.calls).hasValue(0);
            memory.write(0, MemorySegment.ofArray(bytes));
            assertThat(region.memory().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            byte[] back = new byte[0x22000];
            memory.read(0, MemorySegment.ofArray(back));
            assertThat(back).isEqualTo(bytes);
            // native, not aligned in memory
            MemorySegment odd = arena.allocate(0x2000 + 1).asSlice(1);
            memory.read(0x800, odd);
            assertThat(odd.mismatch(MemorySegment.ofArray(bytes).asSlice(0x800, 0x2000)))
                    .isEqualTo(-1);
            MemorySegment mapped = arena.allocate(0x400 + 1).asSlice(1);
            memory.read(0x800, mapped);
            assertThat(mapped.mismatch(MemorySegment.ofArray(bytes).asSlice(0x800, 0x400)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void bulk_access_is_in_whole_words_inside_the_bar() {
        fake.bar(0, 0x1000, MEMORY_64_PREFETCHABLE, PciFixture.all(0x1000));
        try (PciDevice device = fixture.open()) {
            BarMemory memory = device.bar(0).memory();
            MemorySegment twelve = MemorySegment.ofArray(new byte[12]);
            MemorySegment sixteen = MemorySegment.ofArray(new byte[16]);
            assertThatThrownBy(() -> memory.read(0, twelve)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> memory.write(4, sixteen)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> memory.write(0xff8, sixteen)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.read(-8, sixteen)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
