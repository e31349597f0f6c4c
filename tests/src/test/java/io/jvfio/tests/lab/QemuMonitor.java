// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * QEMU's monitor, seen from inside the guest: QMP over a port of the machine, one JSON object per line each way. The
 * guest's start-up has set the port to raw, with reads that give up after 100 ms, and has done QMP's greeting.
 *
 * <p>Threads: one thread at a time, and one monitor at a time in the guest.
 */
public final class QemuMonitor implements AutoCloseable {

    private static final Duration ANSWER_TIME = Duration.ofSeconds(20);

    private final RandomAccessFile port;
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private final Deque<String> events = new ArrayDeque<>();
    private int requests;

    private QemuMonitor(RandomAccessFile port) {
        this.port = port;
    }

    /** Opens the monitor and drops the events that have piled up since it was last read. */
    public static QemuMonitor open() throws IOException {
        QemuMonitor monitor = new QemuMonitor(new RandomAccessFile(LabFacts.fact("monitor.port"), "rw"));
        monitor.execute("query-status", "{}");
        monitor.events.clear();
        return monitor;
    }

    /** Pulls a device out. It is gone when the guest has let it go: see {@link #awaitEvent}, {@code DEVICE_DELETED}. */
    public void unplug(String id) throws IOException {
        execute("device_del", "{\"id\":\"%s\"}".formatted(id));
    }

    /** Puts {@link LabDevices#HOT_PLUGGABLE} back, with what belongs to it on this machine. */
    public void plugHot() throws IOException {
        for (String device : LabFacts.words("hot.plug")) {
            execute("device_add", device);
        }
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param arguments a JSON object
     * @return the answer's line
     * @throws IOException if QEMU refuses, with its words, or does not answer within 20 s
     */
    public String execute(String command, String arguments) throws IOException {
        String id = "java-%d-%d".formatted(ProcessHandle.current().pid(), ++requests);
        String request = "{\"execute\":\"%s\",\"arguments\":%s,\"id\":\"%s\"}%n".formatted(command, arguments, id);
        port.write(request.getBytes(StandardCharsets.UTF_8));
        long deadline = System.nanoTime() + ANSWER_TIME.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<String> line = readLine();
            if (line.isPresent() && line.get().contains("\"id\": \"" + id + "\"")) {
                if (line.get().contains("\"error\": {")) {
                    throw new IOException("QEMU refuses " + request.strip() + ": " + line.get());
                }
                return line.get();
            }
            line.filter(QemuMonitor::isEvent).ifPresent(events::add);
        }
        throw new IOException("QEMU does not answer " + request.strip());
    }

    /**
     * Waits for an event, or takes one that came earlier.
     *
     * @param name the event's name, such as {@code DEVICE_DELETED}
     * @param part what the event's line must contain, such as {@code "device": "hot"}
     * @return the event's line, or nothing if it did not come in time
     */
    public Optional<String> awaitEvent(String name, String part, Duration time) throws IOException {
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            Optional<String> found = takeEvent(name, part);
            if (found.isPresent() || System.nanoTime() - deadline >= 0) {
                return found;
            }
            readLine().filter(QemuMonitor::isEvent).ifPresent(events::add);
        }
    }

    private Optional<String> takeEvent(String name, String part) {
        for (Iterator<String> each = events.iterator(); each.hasNext(); ) {
            String event = each.next();
            if (event.contains("\"event\": \"" + name + "\"") && event.contains(part)) {
                each.remove();
                return Optional.of(event);
            }
        }
        return Optional.empty();
    }

    private static boolean isEvent(String line) {
        return line.contains("\"event\": ");
    }

    /** The next line, or nothing if it is not complete within 100 ms. */
    private Optional<String> readLine() throws IOException {
        while (true) {
            int next = port.read();
            if (next < 0) {
                return Optional.empty();
            }
            if (next == '\n') {
                String line = unfinished.toString(StandardCharsets.UTF_8).strip();
                unfinished.reset();
                return Optional.of(line);
            }
            unfinished.write(next);
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
