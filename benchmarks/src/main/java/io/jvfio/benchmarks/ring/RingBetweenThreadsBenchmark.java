// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.ring;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.ring.ConsumerRing;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does a descriptor of 64 bytes cost that one thread posts and another polls, each on a core? */
public class RingBetweenThreadsBenchmark extends Question {
    private static final int LOOP = 200 * Slots.COUNT;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long ring_between_threads(InJava java) {
        return java.post(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_ring_between_threads(InC c) {
        return c.loop.run(LOOP);
    }

    /** A ring and the thread that empties it, which is there only while Java is measured: C has a thread of its own. */
    @State(Scope.Thread)
    public static class InJava {
        private final Slots memory = new Slots();
        private final MemorySegment slots = memory.slots();
        private final MemorySegment taken = memory.word();
        private final ProducerRing posts = ProducerRing.of(Slots.COUNT, Slots.SIZE);
        private final Thread consumer = Thread.ofPlatform().daemon().start(this::takeAll);
        private volatile boolean ended;
        private volatile long sum;

        /** Ends the consumer. */
        @TearDown
        public void close() throws InterruptedException {
            ended = true;
            consumer.join();
            memory.close();
        }

        private void takeAll() {
            ConsumerRing polls = memory.consumer();
            long seen = 0;
            while (!ended) {
                while (polls.next()) {
                    seen += Slots.sum(slots, polls);
                }
                if (polls.untold() > 0) {
                    Slots.WORD.publish(taken, 0, polls.taken());
                    polls.told();
                } else {
                    Thread.onSpinWait();
                }
            }
            sum = seen;
        }

        private long post(int count) {
            for (int i = 0; i < count; i++) {
                awaitRoom(1);
                Slots.publish(slots, posts.next(), posts.posted());
                posts.post();
            }
            awaitRoom(posts.slots());
            return sum;
        }

        private void awaitRoom(int room) {
            while (posts.free() < room) {
                int all = Slots.WORD.acquire(taken, 0);
                while (posts.posted() - posts.busy() != all) {
                    posts.release();
                }
                if (posts.free() < room) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final Slots memory = new Slots();
        private final CLoop loop = CLoop.of(
                "ring_between_threads", memory.slots().address(), memory.word().address());

        /** Lets go of the memory. */
        @TearDown
        public void close() {
            memory.close();
        }
    }
}
