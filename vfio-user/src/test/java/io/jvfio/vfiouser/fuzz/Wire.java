// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.fuzz;

import io.jvfio.Fd;
import io.jvfio.internal.sys.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** Puts messages on a socket just as they are. Threads: stateless. */
public final class Wire {
    private Wire() {}

    /**
     * Sends a message in its pieces.
     *
     * @param kinds what goes along, by turns, as often as the message says
     * @throws io.jvfio.VfioException if the peer has gone
     */
    public static void send(UnixSocket socket, Fuzzed message, List<Fd> kinds) {
        try (Arena arena = Arena.ofConfined()) {
            int size = (int) message.bytes().byteSize();
            MemorySegment bytes = arena.allocate(Math.max(1, size));
            MemorySegment.copy(message.bytes(), 0, bytes, 0, size);
            int from = 0;
            for (int i = 0; i <= message.cuts().size(); i++) {
                int to = i < message.cuts().size() ? message.cuts().get(i) : size;
                if (to > from) {
                    List<Fd> fds = IntStream.range(0, from == 0 ? message.fds() : 0)
                            .mapToObj(n -> kinds.get(n % kinds.size()))
                            .toList();
                    socket.send(bytes.asSlice(from, to - (long) from), fds);
                    from = to;
                }
            }
        }
    }
}
