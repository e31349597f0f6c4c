// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a descriptor that came from somebody else is, by the name that the kernel has for it in {@code /proc/self/fd}. No
 * file system is asked, as {@code fstat} and the like would: one whose daemon is mute answers never.
 *
 * <p>Threads: immutable.
 *
 * @param name as {@code proc_pid_fd(5)} has it: a path, or {@code anon_inode:[eventfd]}, {@code socket:[1234]}
 */
public record FileKind(String name) {

    private static final String EVENTFD = "anon_inode:[eventfd]";

    /** Asks the kernel. Neither touches the file nor waits for anybody. */
    public static FileKind of(Fd file) {
        int number = file.acquire();
        try {
            return of(number);
        } finally {
            file.release();
        }
    }

    static FileKind of(int number) {
        try {
            return new FileKind(
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString());
        } catch (IOException e) {
            return new FileKind("unknown: " + e.getMessage());
        }
    }

    /**
     * Whether {@code close(2)} of it waits for nobody: an eventfd, or a file in memory, which alone answers for its seals.
     */
    static boolean closesAtOnce(SystemCalls sys, int number) {
        return FileStatus.isMemory(sys, number) || of(number).eventFd();
    }

    /** Whether it is a file with a path, and no device's node. */
    public boolean inFileSystem() {
        return name.startsWith("/") && !name.startsWith("/dev/");
    }

    /** Whether it is an open VFIO device, by a group or by its own node. */
    public boolean vfioDevice() {
        return name.startsWith("anon_inode:[vfio") || name.startsWith("/dev/vfio/");
    }

    /** Whether it is an eventfd. */
    public boolean eventFd() {
        return name.equals(EVENTFD);
    }
}
