// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.vendor.mlx.spec.EventType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the function tells by events: commands that are done, pages that it wants, completions, and the rest, which is
 * kept for whoever asks.
 *
 * <p>Threads: one at a time.
 */
final class HcaEvents {
    private static final long EVENTS = 1L << EventType.COMMAND
            | 1L << EventType.PAGE_REQUEST
            | 1L << EventType.PORT_CHANGE
            | 1L << EventType.CQ_ERROR;
    private static final int MOST_KEPT = 1024;

    private final HcaChannel channel;
    private final FirmwarePages pages;
    private final Interrupts vectors;
    private final Deque<MlxEvent> requests = new ArrayDeque<>();
    private final Deque<MlxEvent> kept = new ArrayDeque<>();
    private final Map<Integer, CompletionQueue> queues = new HashMap<>();
    private @Nullable EventQueue async;
    private @Nullable EventQueue completions;

    HcaEvents(HcaChannel channel, FirmwarePages pages, Interrupts vectors) {
        this.channel = channel;
        this.pages = pages;
        this.vectors = vectors;
    }

    /** Makes the queue of the firmware's own events; commands are told by it from now on. */
    void start() {
        async = new EventQueue(channel, 0, EVENTS);
        channel.commands().waiting(this::await);
    }

    /** Destroys that queue; commands are polled again. */
    void stop() {
        EventQueue queue = async;
        channel.commands().polling();
        async = null;
        if (queue != null) {
            queue.close();
        }
    }

    /** How many vectors there are. */
    int vectors() {
        return vectors.vectors();
    }

    /** Whether there is anything to {@link #take}. */
    boolean hasKept() {
        return !kept.isEmpty();
    }

    /** What came that nobody here has a use for. */
    List<MlxEvent> take() {
        List<MlxEvent> found = List.copyOf(kept);
        kept.clear();
        return found;
    }

    /** Waits for the interrupt of the firmware's events, and looks at them also without. */
    void await(Duration most) {
        try {
            vectors.await(0, most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlxException("wait", Errno.EINTR, channel.access().name(), "the thread was interrupted");
        }
        drain();
    }

    /** Looks at the firmware's events, and answers requests for pages; whether there were any events. */
    boolean drain() {
        EventQueue queue = async;
        boolean any = queue != null && queue.drain(this::handle);
        while (!requests.isEmpty()) {
            answer(requests.remove());
        }
        return any;
    }

    private void handle(MlxEvent event) {
        switch (event.type()) {
            case EventType.COMMAND -> {
                // Whoever waits for it looks at the command itself.
            }
            case EventType.PAGE_REQUEST -> requests.add(event);
            case EventType.COMPLETION -> told(event.number());
            default -> {
                if (kept.size() == MOST_KEPT) {
                    kept.remove();
                }
                kept.add(event);
            }
        }
    }

    private void told(int queue) {
        CompletionQueue found = queues.get(queue);
        if (found != null) {
            found.told();
        }
    }

    private void answer(MlxEvent request) {
        if (request.number() < 0) {
            pages.take(-request.number(), request.subtype());
        } else if (request.number() > 0) {
            try {
                pages.give(request.number(), request.subtype());
            } catch (VfioException e) {
                if (e.errno() != Errno.ENOMEM) {
                    throw e;
                }
                pages.refuse(request.subtype());
            }
        }
    }

    /** The event queue of completions: one of its own if there is a vector for it. */
    EventQueue ofCompletions(Teardown teardown) {
        EventQueue found = completions;
        if (found != null) {
            return found;
        }
        EventQueue shared = async;
        if (vectors() < 2 && shared != null) {
            return shared;
        }
        EventQueue made = new EventQueue(channel, 1, 0);
        completions = made;
        teardown.later(() -> {
            completions = null;
            made.close();
        });
        return made;
    }

    /** Events of this queue are told to it. */
    void add(CompletionQueue queue) {
        queues.put(queue.number(), queue);
    }

    /** The queue is no more. */
    void remove(CompletionQueue queue) {
        queues.remove(queue.number());
    }

    /** Waits until a completion queue's event came, or the time is over. */
    void await(CompletionQueue queue, Duration timeout) {
        EventQueue events = queue.events();
        if (events.drain(this::handle) || queue.isTold()) {
            return;
        }
        try {
            vectors.await(events.vector(), timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        events.drain(this::handle);
    }
}
