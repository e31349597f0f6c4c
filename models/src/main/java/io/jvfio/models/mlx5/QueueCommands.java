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
    /** What MODIFY_CQ can change. */
    private static final int ALL = CqContext.SELECT_PERIOD
            | CqContext.SELECT_MOST_HELD
            | CqContext.SELECT_IGNORE_OVERRUN
            | CqContext.SELECT_EVENT_QUEUE
            | CqContext.SELECT_PERIOD_MODE;

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
        call.answer(all.eventQueues.add(queue).number());
    }

    void destroyEq(Call call) {
        all.eventQueues.remove(CommandWords.EQ_NUMBER.of(call.input()), 0x4010);
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
        int at = CqContext.AT;
        Refusal.unless(CqContext.ENTRY_SIZE.of(in, at) == 0, CommandStatus.BAD_PARAMETER, 0x4101);
        int logSize = CqContext.LOG_SIZE.of(in, at);
        Refusal.unless(logSize <= Capabilities.LOG_QUEUE_SIZE, CommandStatus.LIMIT, 0x4102);
        Places places = new Places(all);
        Ring ring = CqContext.UMEM.isSet(in, 0)
                ? places.ring(CqContext.UMEM_ID.of(in), CqContext.UMEM_OFFSET.of(in), logSize)
                : Ring.of(call, CqContext.PAGES_AT, logSize, CqContext.LOG_PAGE.of(in, at));
        UarPage uar = places.use(all.uars.require(CqContext.UAR.of(in, at), 0x4103));
        EventQueue queue = places.use(all.eventQueues.require(CqContext.EVENT_QUEUE.of(in, at), 0x4104));
        long record = CqContext.RECORD.of(in, at);
        record = CqContext.RECORD_UMEM.isSet(in, at)
                ? places.record(CqContext.RECORD_UMEM_ID.of(in, at), record)
                : places.record(record);
        var shape =
                new CompletionQueue.Shape(queue, uar, ring, record, CqContext.COLLAPSED.isSet(in, at), places.uses());
        CompletionQueue made = new CompletionQueue(all.completionQueues.free(), shape);
        made.modify(in, ALL);
        call.answer(all.completionQueues.add(made).number());
    }

    /** What can be changed of a queue while it runs; its size cannot. */
    void modifyCq(Call call) {
        Refusal.unless(call.modifier() == 0, CommandStatus.BAD_OPERATION, 0x4130);
        CompletionQueue queue = all.completionQueues.require(call.number(), 0x4131);
        int select = CqContext.MODIFY_SELECT.of(call.input());
        Refusal.unless((select & ~ALL) == 0, CommandStatus.BAD_PARAMETER, 0x4132);
        if ((select & CqContext.SELECT_EVENT_QUEUE) != 0) {
            int events = CqContext.EVENT_QUEUE.of(call.input(), CqContext.AT);
            queue.events(all.eventQueues.require(events, 0x4133));
        }
        queue.modify(call.input(), select);
    }

    void destroyCq(Call call) {
        all.completionQueues.remove(call.number(), 0x4110);
    }

    void queryCq(Call call) {
        all.completionQueues.require(call.number(), 0x4120).tell(call, memory);
    }

    void createSq(Call call) {
        MemorySegment in = call.input();
        int at = SqContext.AT;
        boolean plain = SqContext.STATE.of(in, at) == SqContext.RESET
                && SqContext.TIS_COUNT.of(in, at) <= 1
                && SqContext.TIMESTAMPS.of(in, at) < 2
                && SqContext.RING_TYPE.of(in, at) == SqContext.CYCLIC
                && SqContext.LOG_STRIDE.of(in, at) == SendWork.LOG_BLOCK;
        Refusal.unless(plain, CommandStatus.BAD_PARAMETER, 0x4201);
        int logSize = SqContext.LOG_SIZE.of(in, at);
        Refusal.unless(logSize < Capabilities.LOG_QUEUE_SIZE, CommandStatus.LIMIT, 0x4202);
        Places places = new Places(all);
        Ring ring = SqContext.RING_UMEM.isSet(in, at)
                ? places.ring(SqContext.RING_UMEM_ID.of(in, at), SqContext.RING_UMEM_OFFSET.of(in, at), logSize)
                : Ring.of(call, SqContext.PAGES_AT, logSize, SqContext.LOG_PAGE.of(in, at));
        UarPage uar = places.use(all.uars.require(SqContext.UAR.of(in, at), 0x4203));
        CompletionQueue queue = places.use(all.completionQueues.require(SqContext.CQ.of(in, at), 0x4204));
        Numbered domain = places.use(all.domains.require(SqContext.PD.of(in, at), 0x4205));
        if (SqContext.TIS_COUNT.of(in, at) == 1) {
            places.use(all.transports.require(SqContext.TIS.of(in, at), 0x4206));
        }
        long record = SqContext.RECORD.of(in, at);
        record = SqContext.RECORD_UMEM.isSet(in, at)
                ? places.record(SqContext.RECORD_UMEM_ID.of(in, at), record)
                : places.record(record);
        var shape = new SendQueue.Shape(
                queue,
                domain,
                uar,
                ring,
                record,
                SqContext.FLUSH_IN_ERROR.isSet(in, at),
                SqContext.USER_INDEX.of(in, at),
                places.uses());
        call.answer(
                all.sendQueues.add(new SendQueue(all.sendQueues.free(), shape)).number());
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
        all.sendQueues.remove(call.number(), 0x4220);
    }

    void querySq(Call call) {
        all.sendQueues.require(call.number(), 0x4230).tell(call);
    }
}
