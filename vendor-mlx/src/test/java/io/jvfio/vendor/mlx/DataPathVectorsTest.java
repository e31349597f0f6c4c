// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.CqContext;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import io.jvfio.vendor.mlx.spec.EqContext;
import io.jvfio.vendor.mlx.spec.EventEntry;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.SendWork;
import io.jvfio.vendor.mlx.spec.SqContext;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The structures of the first data path, field by field, against the words that they must be. */
class DataPathVectorsTest {
    private static final int SHORT = 16;
    private static final int LONG = 280;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private String command(Opcode opcode, int length, Consumer<MemorySegment> fill) {
        MemorySegment input = arena.allocate(length, Long.BYTES);
        CommandWords.OPCODE.set(input, opcode.code());
        fill.accept(input);
        return Words.named(input, length);
    }

    @Test
    void creating_queues() {
        assertThat(command(Opcode.CREATE_EQ, LONG, input -> {
                    EqContext.LOG_SIZE.set(input, EqContext.AT, 6);
                    EqContext.UAR.set(input, EqContext.AT, 0x10);
                    EqContext.VECTOR.set(input, EqContext.AT, 1);
                    BigWord64.at(EqContext.PAGES_AT).set(input, 0x2000_8000L);
                }))
                .isEqualTo("00=03010000 1c=06000010 24=00000001 114=20008000");
        assertThat(command(Opcode.ALLOC_PD, SHORT, input -> {})).isEqualTo("00=08000000");
        assertThat(command(Opcode.CREATE_CQ, LONG, input -> {
                    CqContext.LOG_SIZE.set(input, CqContext.AT, 6);
                    CqContext.UAR.set(input, CqContext.AT, 0x10);
                    CqContext.EVENT_QUEUE.set(input, CqContext.AT, 2);
                    CqContext.RECORD.set(input, CqContext.AT, 0x2001_2000L);
                    BigWord64.at(CqContext.PAGES_AT).set(input, 0x2001_0000L);
                }))
                .isEqualTo("00=04000000 1c=06000010 24=00000002 4c=20012000 114=20010000");
        assertThat(command(Opcode.CREATE_SQ, LONG, input -> {
                    int at = SqContext.AT;
                    SqContext.FLUSH_IN_ERROR.set(input, at, 1);
                    SqContext.CQ.set(input, at, 0x81);
                    SqContext.RING_TYPE.set(input, at, SqContext.CYCLIC);
                    SqContext.PD.set(input, at, 7);
                    SqContext.UAR.set(input, at, 0x10);
                    SqContext.RECORD.set(input, at, 0x2001_2040L);
                    SqContext.LOG_STRIDE.set(input, at, SendWork.LOG_BLOCK);
                    SqContext.LOG_SIZE.set(input, at, 6);
                    BigWord64.at(SqContext.PAGES_AT).set(input, 0x2001_1000L);
                }))
                .isEqualTo("00=09040000 20=10000000 28=00000081 50=10000000 58=00000007 5c=00000010 64=20012040"
                        + " 70=00060006 114=20011000");
    }

    @Test
    void changing_and_destroying_queues() {
        assertThat(modify(SqContext.RESET, SqContext.READY)).isEqualTo("00=09050000 08=00000101 20=00100000");
        assertThat(modify(SqContext.ERROR, SqContext.RESET)).isEqualTo("00=09050000 08=30000101");
        assertThat(modify(SqContext.READY, SqContext.ERROR)).isEqualTo("00=09050000 08=10000101 20=00300000");
        assertThat(command(Opcode.MODIFY_CQ, SqContext.PAGES_AT, input -> {
                    CommandWords.NUMBER.set(input, 0x81);
                    CqContext.MODIFY_SELECT.set(input, CqContext.SELECT_PERIOD | CqContext.SELECT_MOST_HELD);
                    CqContext.PERIOD.set(input, CqContext.AT, 16);
                    CqContext.MOST_HELD.set(input, CqContext.AT, 8);
                }))
                .isEqualTo("00=04030000 08=00000081 0c=00000003 20=00100008");
        assertThat(destroy(Opcode.DESTROY_SQ, 0x101)).isEqualTo("00=09060000 08=00000101");
        assertThat(destroy(Opcode.DESTROY_CQ, 0x81)).isEqualTo("00=04010000 08=00000081");
        assertThat(destroy(Opcode.DEALLOC_PD, 7)).isEqualTo("00=08010000 08=00000007");
        assertThat(destroy(Opcode.DESTROY_EQ, 2)).isEqualTo("00=03020000 08=00000002");
    }

    private String modify(int from, int to) {
        return command(Opcode.MODIFY_SQ, SqContext.PAGES_AT, input -> {
            CommandWords.NUMBER.set(input, 0x101);
            SqContext.MODIFY_FROM.set(input, from);
            SqContext.STATE.set(input, SqContext.AT, to);
        });
    }

    private String destroy(Opcode opcode, int number) {
        return command(opcode, SHORT, input -> CommandWords.NUMBER.set(input, number));
    }

    @Test
    void queues_in_registered_memory() {
        assertThat(command(Opcode.CREATE_CQ, LONG, input -> {
                    CqContext.RECORD_UMEM.set(input, CqContext.AT, 1);
                    CqContext.UMEM.set(input, 1);
                }))
                .isEqualTo("00=04000000 10=02000000 5c=80000000");
        assertThat(command(Opcode.CREATE_SQ, LONG, input -> {
                    SqContext.RECORD_UMEM.set(input, SqContext.AT, 1);
                    SqContext.RING_UMEM.set(input, SqContext.AT, 1);
                    SqContext.RECORD_UMEM_ID.set(input, SqContext.AT, 3);
                    SqContext.RING_UMEM_ID.set(input, SqContext.AT, 4);
                }))
                .isEqualTo("00=09040000 74=c0000000 78=00000003 7c=00000004");
    }

    @Test
    void work_and_what_is_said_of_it() {
        assertThat(nop(0)).isEqualTo("00000000 00010101 00000008 00000000");
        assertThat(nop(64)).isEqualTo("00004000 00010101 00000008 00000000");
        assertThat(nop(65_535)).isEqualTo("00ffff00 00010101 00000008 00000000");

        MemorySegment completion = Words.parse(arena, CompletionEntry.SIZE, "38=00000101 3c=00407701");
        int last = CompletionEntry.LAST.of(completion);
        assertThat(CompletionEntry.OWNER.of(last)).isEqualTo(1);
        assertThat(CompletionEntry.COUNTER.of(last)).isEqualTo(64);
        assertThat(CompletionEntry.OPCODE.of(last)).isEqualTo(CompletionEntry.REQUEST);
        assertThat(CompletionEntry.WORK_OPCODE.of(completion)).isEqualTo(SendWork.NOP);
        assertThat(CompletionEntry.QUEUE.of(completion)).isEqualTo(0x101);

        MemorySegment event = Words.parse(arena, EventEntry.SIZE, "38=00000081");
        assertThat(EventEntry.OWNER.of(EventEntry.LAST.of(event))).isZero();
        assertThat(EventEntry.COMPLETION_CQ.of(event)).isEqualTo(0x81);
    }

    private String nop(int index) {
        MemorySegment work = arena.allocate(SendWork.BLOCK, Long.BYTES);
        SendWork.INDEX.set(work, index);
        SendWork.OPCODE.set(work, SendWork.NOP);
        SendWork.QUEUE.set(work, 0x101);
        SendWork.SEGMENTS.set(work, 1);
        SendWork.COMPLETION.set(work, SendWork.ALWAYS);
        return Words.dump(work, 0, SHORT);
    }

    /** A failed SEND of a real card, as its driver printed it. */
    @Test
    void a_failure_that_was_seen() {
        MemorySegment completion =
                Words.parse(arena, CompletionEntry.SIZE, "20=00000013 34=9d005304 38=0a001542 3c=0019b0d2");
        int last = CompletionEntry.LAST.of(completion);
        assertThat(CompletionEntry.USER_INDEX.of(completion)).isEqualTo(0x13);
        assertThat(CompletionEntry.SYNDROME.of(completion)).isEqualTo(4);
        assertThat(CompletionEntry.VENDOR_SYNDROME.of(completion)).isEqualTo(0x53);
        assertThat(CompletionEntry.WORK_OPCODE.of(completion)).isEqualTo(0x0a);
        assertThat(CompletionEntry.QUEUE.of(completion)).isEqualTo(0x1542);
        assertThat(CompletionEntry.COUNTER.of(last)).isEqualTo(0x19);
        assertThat(CompletionEntry.OPCODE.of(last)).isEqualTo(CompletionEntry.REQUEST_ERROR);
        assertThat(CompletionEntry.OWNER.of(last)).isZero();
        assertThat(CompletionEntry.syndromeText(4)).isEqualTo("local protection error");
    }

    @Test
    void doorbells() {
        assertThat(Uar.EQ_NUMBER.set(Uar.EQ_INDEX.set(0, 1), 2)).isEqualTo(0x0200_0001);
        assertThat(DoorbellRecord.SEQUENCE.set(DoorbellRecord.INDEX.set(0, 1), 1))
                .isEqualTo(0x1000_0001);
        assertThat(DoorbellRecord.NOT_ARMED).isEqualTo(DoorbellRecord.SEQUENCE.set(0, 2));
    }
}
