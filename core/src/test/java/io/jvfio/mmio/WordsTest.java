// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Fields of structures in memory, byte by byte. */
class WordsTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[16]);

    @Test
    void words_are_little_endian_and_unsigned_at_any_alignment() {
        Word8.at(0).set(memory, 0xfe);
        Word16.at(1).set(memory, 0xfedc);
        Word32.at(3).set(memory, 0xfedcba98);
        Word64.at(7).set(memory, 1, 0xfedcba9876543210L);

        assertThat(memory.toArray(ValueLayout.JAVA_BYTE))
                .inHexadecimal()
                .containsExactly(
                        0xfe, 0xdc, 0xfe, 0x98, 0xba, 0xdc, 0xfe, 0, 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe);
        assertThat(Word8.at(0).of(memory)).isEqualTo(0xfe);
        assertThat(Word16.at(1).of(memory)).isEqualTo(0xfedc);
        assertThat(Word32.at(3).of(memory)).isEqualTo(0xfedcba98);
        assertThat(Word64.at(8).of(memory)).isEqualTo(0xfedcba9876543210L);
    }

    @Test
    void big_words_are_big_endian_and_unsigned_at_any_alignment() {
        BigWord16.at(1).set(memory, 0x1fedc);
        BigWord32.at(3).set(memory, 0xfedcba98);
        BigWord64.at(7).set(memory, 1, 0xfedcba9876543210L);

        assertThat(memory.toArray(ValueLayout.JAVA_BYTE))
                .inHexadecimal()
                .containsExactly(
                        0, 0xfe, 0xdc, 0xfe, 0xdc, 0xba, 0x98, 0, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10);
        assertThat(BigWord16.at(1).of(memory)).isEqualTo(0xfedc);
        assertThat(BigWord32.at(2).of(memory, 1)).isEqualTo(0xfedcba98);
        assertThat(BigWord64.at(8).of(memory)).isEqualTo(0xfedcba9876543210L);
    }

    @Test
    void a_word_outside_the_memory_is_not_accessed() {
        assertThatThrownBy(() -> Word32.at(13).of(memory)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Word64.at(0).set(memory, 9, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> BigWord16.at(15).of(memory)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> BigWord32.at(13).set(memory, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> BigWord64.at(8).of(memory, -9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Word8.at(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BigWord64.at(-8)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_sign_for_the_other_side_has_the_byte_order_of_its_word_and_its_alignment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment shared = arena.allocate(16, 8);
            Word32.at(4).publish(shared, 0, 0x11223344);
            BigWord32.at(4).publish(shared, 8, 0x11223344);
            assertThat(shared.toArray(ValueLayout.JAVA_BYTE))
                    .inHexadecimal()
                    .containsExactly(0, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44);
            assertThat(Word32.at(0).acquire(shared, 4)).isEqualTo(0x11223344);
            assertThat(BigWord32.at(12).acquire(shared, 0)).isEqualTo(0x11223344);
            assertThatThrownBy(() -> BigWord32.at(2).acquire(shared, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Word32.at(0).publish(shared, 14, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
