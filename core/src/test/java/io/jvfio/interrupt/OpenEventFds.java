// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many eventfds and epolls this process has open. Threads: pure functions. */
final class OpenEventFds {

    private OpenEventFds() {}

    /** The count now. The JDK's own selectors would be among them; tests here use none. */
    static long count() {
        try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.filter(OpenEventFds::ours).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean ours(Path number) {
        try {
            String target = Files.readSymbolicLink(number).toString();
            return target.equals("anon_inode:[eventfd]") || target.equals("anon_inode:[eventpoll]");
        } catch (IOException e) {
            return false; // the listing's own descriptor
        }
    }
}
