// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MmioTest {
    private static final long SIZE = 0x40;
    private static final long START = 0x10;
    private static final long LENGTH = 0x1c; // ends inside an 8-byte word

    private final Arena arena = Arena.ofShared();
    private final RecordingPort port = new RecordingPort();
    private final MemorySegment window = arena.allocate(LENGTH, 8);
    private Mmio mmio = windowAt(START);

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private Mmio windowAt(long start) {
        return Mmio.of(port, SIZE, "BAR 0").withWindow(window, start, FaultGuard.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "4, 0", "8, 0", "1, 0x10", "2, 0x10", "4, 0x10", "8, 0x10"})
    void every_access_is_one_of_the_window_or_one_of_the_port_or_refused(int width, String at) {
        long start = Long.decode(at);
        mmio = windowAt(start);
        for (long offset = -9; offset <= SIZE + 9; offset++) {
            check(start, offset, width);
        }
        for (long offset : List.of(Long.MIN_VALUE, Long.MIN_VALUE + START, Long.MIN_VALUE + 8, Long.MAX_VALUE - 7)) {
            check(start, offset, width);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, START})
    void words_from_memory_are_written_in_order_wherever_they_go(long start) {
        mmio = windowAt(start);
        MemorySegment source = MemorySegment.ofArray(new byte[(int) SIZE + 3]);
        for (int i = 0; i < source.byteSize(); i++) {
            source.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        for (long offset = 0; offset <= SIZE; offset += 8) {
            for (long length = 0; length <= SIZE - offset; length += 8) {
                window.fill((byte) -1);
                port.accesses.clear();
                mmio.write64s(offset, source, 3, (int) length / 8);

                for (long at = 0; at < LENGTH; at++) {
                    long in = start + at - offset;
                    boolean whole = in >= 0 && in < length && at / 8 * 8 + 8 <= LENGTH;
                    assertThat(window.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) (whole ? in + 3 : -1));
                }
                assertThat(port.accesses).isEqualTo(wordsOfThePort(start, offset, length));
            }
        }
    }

    /** Bytes that count from 3 on, in words at each place that the window does not cover. */
    private static List<String> wordsOfThePort(long start, long offset, long length) {
        List<String> words = new ArrayList<>();
        for (long at = offset; at < offset + length; at += 8) {
            if (at < start || at + 8 > start + LENGTH) {
                long first = at - offset + 3;
                long value = 0x0706050403020100L + first * 0x0101010101010101L;
                words.add("write64 0x" + Long.toHexString(at) + " 0x" + Long.toHexString(value));
            }
        }
        return words;
    }

    @Test
    void words_that_do_not_fit_are_not_written_in_part() {
        MemorySegment source = MemorySegment.ofArray(new byte[64]);
        window.fill((byte) -1);
        assertThatThrownBy(() -> mmio.write64s(START + 4, source, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mmio.write64s(START, source, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.write64s(SIZE - 8, source, 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.write64s(-8, source, 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.write64s(START, source, 56, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.write64s(START, source, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(port.accesses).isEmpty();
        assertThat(window.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(-1);
    }

    private void check(long start, long offset, int width) {
        boolean inside = offset >= 0 && offset <= SIZE - width;
        boolean aligned = Long.remainderUnsigned(offset, width) == 0;
        boolean mapped = inside && offset >= start && offset + width <= start + LENGTH;
        port.accesses.clear();
        window.fill((byte) 0);
        if (!inside) {
            assertThatThrownBy(() -> read(offset, width))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("0x" + width + " bytes at offset 0x" + Long.toHexString(offset)
                            + " are not inside BAR 0 of 0x40 bytes");
            assertThatThrownBy(() -> write(offset, width, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        } else if (!aligned) {
            assertThatThrownBy(() -> read(offset, width))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("offset 0x" + Long.toHexString(offset) + " in BAR 0 of 0x40 bytes is not a multiple of "
                            + width);
            assertThatThrownBy(() -> write(offset, width, -1)).isInstanceOf(IllegalArgumentException.class);
        } else {
            read(offset, width);
            write(offset, width, -1);
        }
        List<String> expected = new ArrayList<>();
        if (inside && aligned && !mapped) {
            String ones = "f".repeat(2 * width);
            expected.add("read" + 8 * width + " 0x" + Long.toHexString(offset));
            expected.add("write" + 8 * width + " 0x" + Long.toHexString(offset) + " 0x" + ones);
        }
        assertThat(port.accesses).isEqualTo(expected);
        for (long at = 0; at < LENGTH; at++) {
            boolean written = mapped && aligned && at >= offset - start && at < offset - start + width;
            assertThat(window.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) (written ? -1 : 0));
        }
    }

    private long read(long offset, int width) {
        return switch (width) {
            case 1 -> mmio.read8(offset);
            case 2 -> mmio.read16(offset);
            case 4 -> mmio.read32(offset);
            default -> mmio.read64(offset);
        };
    }

    private void write(long offset, int width, long value) {
        switch (width) {
            case 1 -> mmio.write8(offset, (int) value);
            case 2 -> mmio.write16(offset, (int) value);
            case 4 -> mmio.write32(offset, (int) value);
            default -> mmio.write64(offset, value);
        }
    }

    @Test
    void registers_are_little_endian_and_narrow_reads_are_zero_extended() {
        for (int at = 0; at < 8; at++) {
            window.set(ValueLayout.JAVA_BYTE, at, (byte) (0xf1 + at));
        }
        assertThat(mmio.read8(START)).isEqualTo(0xf1);
        assertThat(mmio.read16(START)).isEqualTo(0xf2f1);
        assertThat(mmio.read32(START)).isEqualTo(0xf4f3f2f1);
        assertThat(mmio.read64(START)).isEqualTo(0xf8f7f6f5f4f3f2f1L);
        assertThat(mmio.read8Acquire(START)).isEqualTo(0xf1);
        assertThat(mmio.read16Acquire(START)).isEqualTo(0xf2f1);
        assertThat(mmio.read32Acquire(START)).isEqualTo(0xf4f3f2f1);
        assertThat(mmio.read64Acquire(START)).isEqualTo(0xf8f7f6f5f4f3f2f1L);
    }

    @Test
    void what_the_port_answers_comes_back_unchanged() {
        port.answer = 0xf8f7f6f5f4f3f2f1L;
        assertThat(mmio.read8(0)).isEqualTo(0xf1);
        assertThat(mmio.read16(0)).isEqualTo(0xf2f1);
        assertThat(mmio.read32(0)).isEqualTo(0xf4f3f2f1);
        assertThat(mmio.read64(0)).isEqualTo(0xf8f7f6f5f4f3f2f1L);
    }

    @Test
    void writes_store_the_low_bits_in_little_endian_order() {
        mmio.write64(START, 0x1122334455667788L);
        mmio.write32(START + 8, 0x99aabbcc);
        mmio.write16(START + 12, 0x1ddee);
        mmio.write8(START + 14, 0x1ff);
        byte[] stored = window.asSlice(0, 15).toArray(ValueLayout.JAVA_BYTE);
        assertThat(stored)
                .containsExactly(
                        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0xcc, 0xbb, 0xaa, 0x99, 0xee, 0xdd, 0xff);
    }

    @Test
    void halves_are_written_and_read_in_the_named_order() {
        mmio.write64LowFirst(4, 0x1111111122222222L);
        mmio.write64HighFirst(4, 0x3333333344444444L);
        mmio.read64LowFirst(4);
        mmio.read64HighFirst(4);
        assertThat(port.accesses)
                .containsExactly(
                        "write32 0x4 0x22222222",
                        "write32 0x8 0x11111111",
                        "write32 0x8 0x33333333",
                        "write32 0x4 0x44444444",
                        "read32 0x4",
                        "read32 0x8",
                        "read32 0x8",
                        "read32 0x4");
    }

    @Test
    void halves_are_put_together_without_sign_extension() {
        mmio.write64LowFirst(START + 4, 0x8000000190000002L);
        assertThat(mmio.read64LowFirst(START + 4)).isEqualTo(0x8000000190000002L);
        assertThat(mmio.read64HighFirst(START + 4)).isEqualTo(0x8000000190000002L);
    }

    @Test
    void no_half_is_accessed_if_the_other_is_outside() {
        for (long offset : List.of(SIZE - 4, SIZE, -4L, Long.MAX_VALUE - 3)) {
            assertThatThrownBy(() -> mmio.write64LowFirst(offset, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mmio.write64HighFirst(offset, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mmio.read64LowFirst(offset)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mmio.read64HighFirst(offset)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> mmio.write64LowFirst(2, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(port.accesses).isEmpty();
    }

    @Test
    void a_closed_window_refuses_and_the_port_is_still_asked_for_the_rest() {
        arena.close();
        assertThatThrownBy(() -> mmio.read32(START)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> mmio.write32(START, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(mmio.read32(0)).isZero();
    }

    @Test
    void without_a_window_every_access_is_a_call() {
        Mmio unmapped = Mmio.of(port, SIZE, "BAR 2");
        for (long offset = 0; offset < SIZE; offset += 4) {
            unmapped.read32(offset);
        }
        assertThat(port.accesses).hasSize((int) SIZE / 4);
        assertThat(unmapped.isMapped(0, 4)).isFalse();
    }

    @Test
    void a_window_has_to_be_native_aligned_and_inside() {
        Mmio space = Mmio.of(port, SIZE, "BAR 2");
        assertThatThrownBy(() -> space.withWindow(MemorySegment.ofArray(new byte[16]), 0, FaultGuard.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> space.withWindow(window, 4, FaultGuard.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> space.withWindow(window.asSlice(4), 8, FaultGuard.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> space.withWindow(window, SIZE - 8, FaultGuard.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x1c bytes at 0x38 is not inside BAR 2 of 0x40 bytes");
        assertThatThrownBy(() -> space.withWindow(window, -8, FaultGuard.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mmio.of(port, -1, "BAR 2")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_slice_counts_from_its_own_start_and_shares_the_window() {
        Mmio slice = mmio.slice(0x20, 0x20);
        slice.write32(0, 0x1234);
        assertThat(mmio.read32(0x20)).isEqualTo(0x1234);
        slice.write32(0x10, 5);
        slice.slice(8, 0x18).write32(0x10, 6);
        assertThat(port.accesses).containsExactly("write32 0x30 0x5", "write32 0x38 0x6");
        assertThat(slice.size()).isEqualTo(0x20);
        assertThat(slice).hasToString("BAR 0+0x20 of 0x20 bytes");
        assertThatThrownBy(() -> slice.read32(0x20)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.read32(-4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void every_slice_maps_what_the_whole_maps() {
        for (long offset = 0; offset <= SIZE; offset += 8) {
            for (long length = 0; length <= SIZE - offset; length++) {
                Mmio slice = mmio.slice(offset, length);
                for (long at = 0; at < length; at++) {
                    assertThat(slice.isMapped(at, 1)).isEqualTo(mmio.isMapped(offset + at, 1));
                }
            }
        }
    }

    @Test
    void a_slice_has_to_be_inside_and_aligned() {
        assertThatThrownBy(() -> mmio.slice(4, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mmio.slice(0, SIZE + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.slice(SIZE + 8, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.slice(-8, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mmio.slice(8, Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void being_mapped_is_told_for_whole_ranges() {
        assertThat(mmio.isMapped(START, LENGTH)).isTrue();
        assertThat(mmio.isMapped(START, LENGTH + 1)).isFalse();
        assertThat(mmio.isMapped(START - 1, 2)).isFalse();
        assertThat(mmio.isMapped(START + LENGTH, 1)).isFalse();
        assertThat(mmio.isMapped(START, -1)).isFalse();
        assertThat(mmio.isMapped(START, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void a_modification_keeps_the_other_bits_and_makes_one_read_and_one_write() {
        port.answer = 0xffffffffffffffffL;
        mmio.modify(Register32.at(4), Field.bits(11, 8), 5);
        mmio.modify(Register64.at(8), Field.bits(63, 60), 1);
        assertThat(port.accesses)
                .containsExactly(
                        "read32 0x4", "write32 0x4 0xfffff5ff", "read64 0x8", "write64 0x8 0x1fffffffffffffff");
        port.accesses.clear();
        mmio.modify(Register8.at(1), Field.bits(3, 2), 1);
        mmio.modify(Register16.at(2), Field.bits(15, 12), 3);
        assertThat(port.accesses).containsExactly("read8 0x1", "write8 0x1 0xf7", "read16 0x2", "write16 0x2 0x3fff");
        assertThat(mmio.read(Register8.at(1), Field.bits(7, 4))).isEqualTo(0xf);
        assertThat(mmio.read(Register16.at(2), Field.bits(15, 8))).isEqualTo(0xff);
        port.accesses.clear();
        for (ThrowingCallable wide : List.<ThrowingCallable>of(
                () -> mmio.modify(Register8.at(1), Field.bit(8), 1),
                () -> mmio.modify(Register16.at(2), Field.bits(16, 15), 1),
                () -> mmio.read(Register8.at(1), Field.bit(8)),
                () -> mmio.read(Register16.at(2), Field.bit(16)),
                () -> mmio.awaitField(Register8.at(1), Field.bit(8), 1, Duration.ZERO),
                () -> mmio.awaitField(Register16.at(2), Field.bit(16), 1, Duration.ZERO))) {
            assertThatThrownBy(wide)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no part of a register of");
        }
        assertThatThrownBy(() -> mmio.modify(Register32.at(4), Field.bits(11, 8), 16))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(port.accesses).isEmpty();
    }

    @Test
    void typed_registers_make_the_access_of_their_width() {
        mmio.read(Register8.at(1));
        mmio.read(Register16.at(2));
        mmio.read(Register32.at(4));
        mmio.read(Register64.at(8));
        mmio.write(Register8.at(1), 0x1fe);
        mmio.write(Register16.at(2), 0x1fffe);
        mmio.write(Register32.at(4), -2);
        mmio.write(Register64.at(8), -2);
        assertThat(port.accesses)
                .containsExactly(
                        "read8 0x1",
                        "read16 0x2",
                        "read32 0x4",
                        "read64 0x8",
                        "write8 0x1 0xfe",
                        "write16 0x2 0xfffe",
                        "write32 0x4 0xfffffffe",
                        "write64 0x8 0xfffffffffffffffe");
    }

    @Test
    void a_field_of_a_register_is_read_in_one_access() {
        port.answer = 0xa5a5a5a5deadbeefL;
        assertThat(mmio.read(Register32.at(0), Field.bits(31, 16))).isEqualTo(0xdead);
        assertThat(mmio.read(Register64.at(0), Field.bits(47, 28))).isEqualTo(0xa5a5dL);
        assertThat(port.accesses).containsExactly("read32 0x0", "read64 0x0");
    }

    @Test
    void a_big_endian_register_has_its_most_significant_byte_first() {
        mmio.write(BigRegister64.at(START), 0x1122334455667788L);
        mmio.write(BigRegister32.at(START + 8), 0x99aabbcc);
        assertThat(window.asSlice(0, 12).toArray(ValueLayout.JAVA_BYTE))
                .inHexadecimal()
                .containsExactly(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc);
        assertThat(mmio.read(BigRegister64.at(START))).isEqualTo(0x1122334455667788L);
        assertThat(mmio.read(BigRegister32.at(START + 8))).isEqualTo(0x99aabbcc);
        assertThat(mmio.read(BigRegister32.at(START + 8), Field.bits(31, 24))).isEqualTo(0x99);
        assertThat(mmio.read(BigRegister64.at(START), Field.bits(63, 48))).isEqualTo(0x1122);

        mmio.modify(BigRegister32.at(START + 8), Field.bits(31, 28), 1);
        mmio.modify(BigRegister64.at(START), Field.bits(7, 0), 0xff);
        assertThat(window.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 0x19);
        assertThat(window.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 0xff);
        assertThat(mmio.read(BigRegister32.at(START + 8))).isEqualTo(0x19aabbcc);
        assertThat(port.accesses).isEmpty();
    }

    @Test
    void a_big_endian_register_that_is_not_mapped_is_one_call() {
        port.answer = 0x8877665544332211L;
        assertThat(mmio.read(BigRegister32.at(4))).isEqualTo(0x11223344);
        assertThat(mmio.read(BigRegister64.at(8))).isEqualTo(0x1122334455667788L);
        mmio.write(BigRegister32.at(4), 0x11223344);
        mmio.write(BigRegister64.at(8), 0x1122334455667788L);
        assertThat(port.accesses)
                .containsExactly(
                        "read32 0x4", "read64 0x8", "write32 0x4 0x44332211", "write64 0x8 0x8877665544332211");
        assertThatThrownBy(() -> BigRegister32.at(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BigRegister64.at(4)).isInstanceOf(IllegalArgumentException.class);
    }
}
