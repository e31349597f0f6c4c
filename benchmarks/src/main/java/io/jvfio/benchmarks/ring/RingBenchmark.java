// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.ring;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.ring.ConsumerRing;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does it cost to post a descriptor of 64 bytes, so many to a doorbell, and to poll it, on one thread? */
public class RingBenchmark extends Question {
    /** Rounds in pairs, after which the phase is as before. */
    private static final int LOOP = 20 * Slots.COUNT;

    /** How many are posted before the other side is told, and polled after it. */
    @Param({"1", "4", "32", "128", "256"})
    public int batch;

    private final Slots memory = new Slots();
    private final MemorySegment slots = memory.slots();
    private final MemorySegment doorbell = memory.word();
    private final ProducerRing posts = ProducerRing.of(Slots.COUNT, Slots.SIZE);
    private final ConsumerRing polls = memory.consumer();

    /** Lets go of the memory. */
    @TearDown
    public void close() {
        memory.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long ring_post_and_poll() {
        long sum = 0;
        for (int done = 0; done < LOOP; done += batch) {
            for (int i = 0; i < batch && posts.free() > 0; i++) {
                Slots.fill(slots, posts.next(), posts.posted());
                posts.post();
            }
            Slots.WORD.publish(doorbell, 0, posts.tail());
            posts.told();
            for (int found = polls.ready(); found > 0; found = polls.ready()) {
                for (int i = 0; i < found; i++) {
                    polls.take();
                    sum += Slots.sum(slots, polls);
                    posts.release();
                }
            }
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_ring_post_and_poll(InC c) {
        return c.loop.run(LOOP);
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final Slots memory = new Slots();
        private CLoop loop = CLoop.of("ring_post_and_poll", 0, 0, 1, 0);

        /** Gives the loop its arguments. */
        @Setup
        public void prepare(RingBenchmark question) {
            loop = CLoop.of(
                    "ring_post_and_poll",
                    memory.slots().address(),
                    memory.word().address(),
                    question.batch,
                    memory.word().address() + Slots.SIZE);
        }

        /** Lets go of the memory. */
        @TearDown
        public void close() {
            memory.close();
        }
    }
}
