// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All that a change does to a host. What a change needs to know it reads through {@link HostFiles}.
 *
 * <p>Threads: implementations say.
 */
interface Effects {

    /** Something that nobody else has until it is closed. */
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Writes a text and a line end to an attribute of sysfs. The kernel can keep such a write as long as it likes; when
     * the time is over it goes on without being waited for.
     *
     * @return 0 or {@code -errno}; {@code -ETIMEDOUT} when the time is over
     */
    int write(String attribute, String text, Duration patience);

    /** Loads a module with what it needs; empty, or why it could not be loaded. */
    String load(String module, Duration patience);

    /** Puts a file in place, whole or not at all, and on its disk before it returns; makes the folder above it. */
    void store(String path, String text) throws IOException;

    /** Removes a file, if it is there. */
    void remove(String path) throws IOException;

    /** Makes a symbolic link, in place of one that is there. */
    void link(String path, String target) throws IOException;

    /**
     * Takes a lock that nobody else has then, in this process or another, and that ends with the process at the latest.
     *
     * @return what ends it; null if somebody else has it
     */
    @Nullable Lock lock(String path) throws IOException;

    /** Whether this process may read and write a file. */
    boolean mayOpen(String path);

    /** Lets some time pass before something is looked at again; false if the thread is to end. */
    boolean pause(Duration time);

    /** Nanoseconds from any time on. */
    long nanos();
}
