// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.DeliveryStatus;
import io.jvfio.vendor.mlx.spec.Mailbox;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands as they lie in memory, word for word: entries, mailboxes, tokens and signatures. */
class CommandVectorsTest {
    private static final String NOTHING_12 = " 00000000".repeat(6);
    private static final String NOTHING_36 = " 00000000".repeat(9);
    private static final long FIRST_BLOCK = 0x1000_0400L;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment queue = arena.allocate(4096, 4096);
    private final MemorySegment mailboxes = arena.allocate(CommandSlot.MAILBOX_BYTES, 4096);

    /** A slot whose first input mailbox is where the vectors have it. */
    private final CommandSlot slot = new CommandSlot(queue, 0, 0, mailboxes, at -> FIRST_BLOCK + at, 0);

    @AfterEach
    void close() {
        arena.close();
    }

    private String entry() {
        return Words.dump(queue, 0, CommandEntry.SIZE);
    }

    private void post(String input, int length, int outputLength, int token) {
        slot.post(Words.parse(arena, length, input), length, outputLength, token);
    }

    /** The function answers and gives the entry back. */
    private String answered(String words, boolean signs) {
        MemorySegment.copy(
                Words.parse(arena, CommandEntry.INLINE, words), 0, queue, CommandEntry.OUTPUT, CommandEntry.INLINE);
        int status = CommandEntry.OWNER.set(CommandEntry.STATUS.of(queue), 0);
        CommandEntry.publish(queue, 0, signs ? CommandEntry.signed(queue, 0, status) : status);
        return entry();
    }

    @Test
    void a_command_of_16_bytes_is_in_its_entry() {
        post("00=01040000", 16, 12, 1);
        assertThat(entry())
                .isEqualTo("07000000 00000010 00000000 00000000 01040000 00000000 00000000 00000000" + NOTHING_12
                        + " 0000000c 01e10001");
        assertThat(CommandEntry.isSigned(queue, 0)).isTrue();
        assertThat(answered("", true)).endsWith("01e00000");
        assertThat(slot.isDone()).isTrue();
        assertThat(slot.result(arena.allocate(12), true)).isEqualTo(DeliveryStatus.OK);
    }

    @Test
    void a_refused_one_has_its_status_and_syndrome_there() {
        post("00=01040000", 16, 12, 1);
        assertThat(answered("00=04000000 04=00112233", true))
                .contains(" 04000000 00112233 ")
                .endsWith("01e40000");
        MemorySegment output = arena.allocate(12, Long.BYTES);
        assertThat(slot.result(output, true)).isEqualTo(DeliveryStatus.OK);
        assertThat(CommandWords.STATUS.of(output)).isEqualTo(4);
        assertThat(CommandWords.SYNDROME.of(output)).isEqualTo(0x112233);
    }

    @Test
    void an_answer_with_the_posted_signature_is_taken_as_long_as_nobody_checks() {
        post("00=01040000", 16, 12, 1);
        assertThat(answered("00=04000000", false)).endsWith("01e10000");
        assertThat(slot.result(arena.allocate(12), false)).isEqualTo(DeliveryStatus.OK);
        assertThat(slot.result(arena.allocate(12), true)).isEqualTo(DeliveryStatus.SIGNATURE);
    }

    @Test
    void the_rest_of_a_longer_one_is_in_a_mailbox() {
        post("00=01080000 04=00000001 0c=00000002 14=20000000 1c=20001000", 32, 16, 0x5a);
        assertThat(entry())
                .isEqualTo("07000000 00000020 00000000 10000400 01080000 00000001 00000000 00000002" + NOTHING_12
                        + " 00000010 5a8d0001");
        assertThat(Words.dump(mailboxes, 0, 16)).isEqualTo("00000000 20000000 00000000 20001000");
        assertThat(Words.dump(mailboxes, 0x230, 16)).isEqualTo("00000000 00000000 00000000 005aa510");
        assertThat(Mailbox.isSigned(mailboxes, 0)).isTrue();
    }

    @Test
    void two_mailboxes_are_chained() {
        CommandSlot other = new CommandSlot(
                queue, 0, 0, mailboxes, at -> FIRST_BLOCK + at - (long) CommandSlot.BLOCKS * Mailbox.ALIGNMENT, 0);
        other.post(Words.parse(arena, 16, "00=01070000"), 16, 16 + 513, 0x5a);
        int first = CommandSlot.BLOCKS * Mailbox.ALIGNMENT;
        assertThat(CommandEntry.OUTPUT_MAILBOX.of(queue)).isEqualTo(FIRST_BLOCK);
        assertThat(Words.dump(mailboxes, first + 0x230, 16)).isEqualTo("00000000 10000800 00000000 005abd00");
        assertThat(Words.dump(mailboxes, first + Mailbox.ALIGNMENT + 0x230, 16))
                .isEqualTo("00000000 00000000 00000001 005aa400");
    }

    @Test
    void a_message_has_as_many_mailboxes_as_it_needs() {
        assertThat(IntStream.of(16, 17, 528, 529, 4096, 4112).map(Mailbox::count))
                .containsExactly(0, 1, 1, 2, 8, 8);
    }

    @Test
    void the_entries_of_the_first_data_path() {
        post("00=08000000", 16, 16, 1);
        assertThat(entry())
                .isEqualTo("07000000 00000010 00000000 00000000 08000000" + NOTHING_36 + " 00000010 01f00001");
        post("00=04000000 1c=06000010 24=00000002 4c=20012000 114=20010000", 280, 16, 2);
        assertThat(entry())
                .isEqualTo("07000000 00000118 00000000 10000400 04000000" + NOTHING_36 + " 00000010 02e20001");
        post(
                "00=09040000 20=10000000 28=00000081 50=10000000 58=00000007 5c=00000010 64=20012040 70=00060006"
                        + " 114=20011000",
                280,
                16,
                3);
        assertThat(entry()).contains(" 00000118 ").endsWith("03ea0001");
        post("00=09050000 08=00000101 20=00100000", 272, 16, 4);
        assertThat(entry()).contains(" 00000110 ").endsWith("04e40001");
        assertThat(CommandWords.OPCODE.of(queue, CommandEntry.INPUT)).isEqualTo(Opcode.MODIFY_SQ.code());
    }
}
