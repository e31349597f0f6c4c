// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What {@code /proc/self} says of this process: {@code proc_pid_status(5)}, {@code proc_pid_fd(5)}.
 *
 * <p>Threads: thread-safe; each call reads anew.
 */
public final class ProcSelf {
    /** {@code CAP_IPC_LOCK} of {@code include/uapi/linux/capability.h}: exempt from RLIMIT_MEMLOCK. */
    public static final int CAP_IPC_LOCK = 14;

    /** {@code CAP_SYS_RAWIO}: needed for no-IOMMU mode. */
    public static final int CAP_SYS_RAWIO = 17;

    /** {@code CAP_SYS_ADMIN}. */
    public static final int CAP_SYS_ADMIN = 21;

    /** {@code CAP_SYS_RESOURCE}: may raise hard limits. */
    public static final int CAP_SYS_RESOURCE = 24;

    private static final int KIB = 1024;

    private ProcSelf() {}

    /**
     * {@code VmLck}: how many bytes are locked, with what type1 containers have pinned.
     *
     * @return bytes, -1 if the kernel does not tell
     */
    public static long lockedBytes() {
        return kibibytes(status(), "VmLck");
    }

    /**
     * {@code VmPin}: how many bytes are pinned by drivers that count per process, iommufd in that mode among them.
     *
     * @return bytes, -1 if the kernel does not tell
     */
    public static long pinnedBytes() {
        return kibibytes(status(), "VmPin");
    }

    /** Whether a capability is effective. In a user namespace it may still not count for a host device. */
    public static boolean hasCapability(int capability) {
        String mask = field(status(), "CapEff");
        return !mask.isEmpty() && (Long.parseUnsignedLong(mask, 16) >>> capability & 1) != 0;
    }

    /** How many descriptors are open. */
    public static long openDescriptors() {
        try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.count() - 1; // the listing has one of its own
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String status() {
        try {
            return Files.readString(Path.of("/proc/self/status"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line {@code VmLck:      8192 kB}, in bytes. */
    static long kibibytes(String status, String name) {
        String value = field(status, name);
        return value.isEmpty() ? -1 : Long.parseLong(value.substring(0, value.indexOf(' '))) * KIB;
    }

    /** The value of the line with this name, without the white space around it; empty if there is none. */
    static String field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
