// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted, and what is swapped on: as this process sees it and as the first one does, since a container's view has
 * not all of it ({@code proc_pid_mountinfo(5)}, {@code proc_swaps(5)}).
 *
 * <p>Threads: immutable.
 */
final class Mounts {
    private final List<Mount> mounts = new ArrayList<>();
    private final List<String> swaps = new ArrayList<>();

    /**
     * A mounted file system.
     *
     * @param number major and minor number of its device, {@code 259:0}
     * @param point where it is mounted
     * @param source what it is mounted from, mostly a node
     */
    private record Mount(String number, String point, String source) {}

    private Mounts() {}

    static Mounts read(HostFiles files) {
        Mounts found = new Mounts();
        for (String process : List.of("self", "1")) {
            files.textOrEmpty("/proc/" + process + "/mountinfo")
                    .lines()
                    .map(Mounts::mount)
                    .filter(Objects::nonNull)
                    .filter(mount -> !found.mounts.contains(mount))
                    .forEach(found.mounts::add);
        }
        files.textOrEmpty("/proc/swaps")
                .lines()
                .skip(1)
                .map(line -> unescaped(line.split("\\s+", -1)[0]))
                .forEach(found.swaps::add);
        return found;
    }

    /** {@code 36 35 98:0 /root /mnt rw,noatime master:1 - ext4 /dev/sda1 rw}. */
    private static @Nullable Mount mount(String line) {
        String[] words = line.split(" ", -1);
        int dash = List.of(words).indexOf("-");
        return words.length < 7 || dash < 6 || dash + 2 >= words.length
                ? null
                : new Mount(words[2], unescaped(words[4]), unescaped(words[dash + 2]));
    }

    /** Where a block device is mounted, by its number or by one of its nodes. */
    List<String> points(String number, List<String> nodes) {
        return mounts.stream()
                .filter(mount -> mount.number.equals(number) || nodes.contains(mount.source))
                .map(Mount::point)
                .distinct()
                .toList();
    }

    /** Whether the root file system is a data set of a ZFS pool: {@code tank/ROOT/debian}, or {@code tank} itself. */
    boolean rootIsOfPool(String pool) {
        return mounts.stream()
                .filter(mount -> mount.point.equals("/"))
                .anyMatch(mount -> mount.source.equals(pool) || mount.source.startsWith(pool + "/"));
    }

    boolean isSwap(List<String> nodes) {
        return swaps.stream().anyMatch(nodes::contains);
    }

    /** White space and backslashes are written as octal numbers. */
    private static String unescaped(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
