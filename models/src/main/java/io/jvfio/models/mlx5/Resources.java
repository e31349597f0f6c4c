// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

/**
 * What a driver has made by commands.
 *
 * <p>Threads: {@link Table#find} from any thread, the rest one at a time.
 */
final class Resources {
    private static final int LAST_24 = 0xff_ffff;
    private static final int UAR_COUNT = 1024;

    /** Below this page of the BAR are the registers and the MSI-X table. */
    static final int FIRST_UAR = 0x10;

    final Table<UarPage> uars;
    final Table<EventQueue> eventQueues = new Table<>(1 << Capabilities.LOG_EVENT_QUEUES, 1, 0xff);
    final Table<CompletionQueue> completionQueues;
    final Table<SendQueue> sendQueues;
    final Table<Numbered> domains = objects();
    final Table<Numbered> transportDomains = objects();
    final Table<Numbered> keys = objects();
    final Table<Numbered> transports = objects();
    final Table<Umem> memories = new Table<>(1 << Capabilities.LOG_OBJECTS, 1, LAST_24);

    /** Room for so many queues of each kind, log2, and for the doorbells in a BAR of this size. */
    Resources(int logQueues, long barSize) {
        uars = new Table<>(UAR_COUNT, FIRST_UAR, (int) (barSize / 4096) - 1);
        completionQueues = new Table<>(1 << logQueues, 0x80, LAST_24);
        sendQueues = new Table<>(1 << logQueues, 0x100, LAST_24);
    }

    private static Table<Numbered> objects() {
        return new Table<>(1 << Capabilities.LOG_OBJECTS, 1, LAST_24);
    }

    /** Forgets everything. */
    void clear() {
        sendQueues.clear();
        completionQueues.clear();
        eventQueues.clear();
        uars.clear();
        domains.clear();
        transportDomains.clear();
        keys.clear();
        transports.clear();
        memories.clear();
    }
}
