// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.CqContext;
import io.jvfio.vendor.mlx.spec.EqContext;
import io.jvfio.vendor.mlx.spec.EventEntry;
import io.jvfio.vendor.mlx.spec.SendWork;
import io.jvfio.vendor.mlx.spec.SqContext;
import java.lang.foreign.MemorySegment;

/**
 * The commands that make, ask and destroy queues. What is wrong is found before a number is taken.
 *
 * <p>Threads: one at a time.
 */
final class QueueCommands {
    private static final int RECORD_ALIGNMENT = 8;

    private final Resources all;
    private final HostMemory memory;
    private final Events events;
    private final int vectors;

    QueueCommands(Resources all, HostMemory memory, Events events, int vectors) {
        this.all = all;
        this.memory = memory;
        this.events = events;
        this.vectors = vectors;
    }

    void createEq(Call call) {
        MemorySegment in = call.input();
        int logSize = EqContext.LOG_SIZE.of(in, EqContext.AT);
        Refusal.unless(logSize <= Capabilities.LOG_QUEUE_SIZE, CommandStatus.LIMIT, 0x4001);
        Ring ring = Ring.of(call, EqContext.PAGES_AT, logSize, EqContext.LOG_PAGE.of(in, EqContext.AT));
        UarPage uar = all.uars.require(EqContext.UAR.of(in, EqContext.AT), 0x4002);
        int vector = EqContext.VECTOR.of(in, EqContext.AT);
        Refusal.unless(vector < vectors, CommandStatus.BAD_INDEX, 0x4003);
        EventQueue queue = new EventQueue(all.eventQueues.free(), uar, ring, vector, EqContext.EVENT_MASK.of(in));
        uar.use();
        call.answer(all.eventQueues.add(queue).number());
    }

    void destroyEq(Call call) {
        EventQueue queue = all.eventQueues.remove(CommandWords.EQ_NUMBER.of(call.input()), 0x4010);
        queue.uar().unuse();
        queue.retire();
    }

    void queryEq(Call call) {
        all.eventQueues.require(CommandWords.EQ_NUMBER.of(call.input()), 0x4020).tell(call);
    }

    /** An event that the driver makes up. */
    void generateEvent(Call call) {
        EventQueue queue = all.eventQueues.require(CommandWords.EQ_NUMBER.of(call.input()), 0x4030);
        events.post(queue, call.input().asSlice(CommandWords.SHORT, EventEntry.SIZE));
    }

    void createCq(Call call) {
        MemorySegment in = call.input();
        boolean plain = CqContext.UMEM.of(in) == 0
                && CqContext.RECORD_UMEM.of(in, CqContext.AT) == 0
                && CqContext.ENTRY_SIZE.of(in, CqContext.AT) == 0
                && CqContext.PERIOD.of(in, CqContext.AT) == 0
                && CqContext.MOST_HELD.of(in, CqContext.AT) == 0;
        Refusal.unless(plain, CommandStatus.BAD_PARAMETER, 0x4101);
        int logSize = CqContext.LOG_SIZE.of(in, CqContext.AT);
        Refusal.unless(logSize <= Capabilities.LOG_QUEUE_SIZE, CommandStatus.LIMIT, 0x4102);
        Ring ring = Ring.of(call, CqContext.PAGES_AT, logSize, CqContext.LOG_PAGE.of(in, CqContext.AT));
        UarPage uar = all.uars.require(CqContext.UAR.of(in, CqContext.AT), 0x4103);
        EventQueue queue = all.eventQueues.require(CqContext.EVENT_QUEUE.of(in, CqContext.AT), 0x4104);
        long record = record(CqContext.RECORD.of(in, CqContext.AT));
        var shape = new CompletionQueue.Shape(
                queue,
                uar,
                ring,
                record,
                CqContext.COLLAPSED.isSet(in, CqContext.AT),
                CqContext.IGNORE_OVERRUN.isSet(in, CqContext.AT));
        CompletionQueue made = all.completionQueues.add(new CompletionQueue(all.completionQueues.free(), shape));
        queue.use();
        uar.use();
        call.answer(made.number());
    }

    private static long record(long address) {
        Refusal.unless(address != 0 && address % RECORD_ALIGNMENT == 0, CommandStatus.BAD_PARAMETER, 0x4105);
        return address;
    }

    void destroyCq(Call call) {
        CompletionQueue queue = all.completionQueues.remove(call.number(), 0x4110);
        queue.events().unuse();
        queue.uar().unuse();
    }

    void queryCq(Call call) {
        all.completionQueues.require(call.number(), 0x4120).tell(call, memory);
    }

    void createSq(Call call) {
        MemorySegment in = call.input();
        int at = SqContext.AT;
        boolean plain = SqContext.STATE.of(in, at) == SqContext.RESET
                && SqContext.TIS_COUNT.of(in, at) == 0
                && SqContext.TIMESTAMPS.of(in, at) < 2
                && SqContext.RING_TYPE.of(in, at) == SqContext.CYCLIC
                && SqContext.LOG_STRIDE.of(in, at) == SendWork.LOG_BLOCK
                && SqContext.RECORD_UMEM.of(in, at) == 0
                && SqContext.RING_UMEM.of(in, at) == 0;
        Refusal.unless(plain, CommandStatus.BAD_PARAMETER, 0x4201);
        int logSize = SqContext.LOG_SIZE.of(in, at);
        Refusal.unless(logSize < Capabilities.LOG_QUEUE_SIZE, CommandStatus.LIMIT, 0x4202);
        Ring ring = Ring.of(call, SqContext.PAGES_AT, logSize, SqContext.LOG_PAGE.of(in, at));
        UarPage uar = all.uars.require(SqContext.UAR.of(in, at), 0x4203);
        CompletionQueue queue = all.completionQueues.require(SqContext.CQ.of(in, at), 0x4204);
        Numbered domain = all.domains.require(SqContext.PD.of(in, at), 0x4205);
        var shape = new SendQueue.Shape(
                queue,
                domain,
                uar,
                ring,
                record(SqContext.RECORD.of(in, at)),
                SqContext.FLUSH_IN_ERROR.isSet(in, at),
                SqContext.USER_INDEX.of(in, at));
        SendQueue made = all.sendQueues.add(new SendQueue(all.sendQueues.free(), shape));
        queue.use();
        uar.use();
        domain.use();
        call.answer(made.number());
    }

    void modifySq(Call call) {
        SendQueue queue = all.sendQueues.require(call.number(), 0x4210);
        int from = SqContext.MODIFY_FROM.of(call.input());
        int to = SqContext.STATE.of(call.input(), SqContext.AT);
        Refusal.unless(from == queue.state(), CommandStatus.BAD_QUEUE_STATE, 0x4211);
        boolean known = to == SqContext.RESET || to == SqContext.READY || to == SqContext.ERROR;
        boolean legal = known && !(from == SqContext.ERROR && to == SqContext.READY);
        Refusal.unless(legal, CommandStatus.BAD_RESOURCE_STATE, 0x4212);
        queue.state(to);
    }

    void destroySq(Call call) {
        SendQueue queue = all.sendQueues.remove(call.number(), 0x4220);
        queue.completions().unuse();
        queue.uar().unuse();
        queue.domain().unuse();
    }

    void querySq(Call call) {
        all.sendQueues.require(call.number(), 0x4230).tell(call);
    }
}
