// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Which files nobody but root can change or replace: root owns the file and each folder above it, and neither the group
 * nor others may write there; into a sticky folder above it they may, as they cannot replace there what is root's. A
 * process with rights of its own runs no code from elsewhere.
 *
 * <p>Threads: immutable.
 */
final class RootsAlone {
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;
    private static final int HEXADECIMAL = 16;

    /** The owner and the mode of a file, as {@code unix:uid,mode}. */
    @FunctionalInterface
    interface Attributes {
        Map<String, Object> of(Path file) throws IOException;
    }

    private final Attributes attributes;

    RootsAlone(Attributes attributes) {
        this.attributes = attributes;
    }

    static RootsAlone system() {
        return new RootsAlone(file -> Files.readAttributes(file, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Whether this file is root's alone; not if that cannot be known.
     *
     * @param real without symbolic links, from the root folder on
     */
    boolean has(Path real) {
        try {
            for (Path each = real; each != null; each = each.getParent()) {
                Map<String, Object> known = attributes.of(each);
                if (!Integer.valueOf(0).equals(known.get("uid"))
                        || !(known.get("mode") instanceof Integer mode)
                        || (mode & WRITABLE_BY_OTHERS) != 0 && (each.equals(real) || (mode & STICKY) == 0)) {
                    return false;
                }
            }
            return true;
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Whether a process is root's or has a capability, by its {@code status} in proc; so it is if that is not known. */
    static boolean matters(Path status) {
        try {
            List<String> lines = Files.readAllLines(status);
            return number(lines, "Uid:", 2, 10) == 0 || number(lines, "CapEff:", 1, HEXADECIMAL) != 0;
        } catch (IOException | RuntimeException unknown) {
            return true;
        }
    }

    private static long number(List<String> lines, String name, int column, int radix) {
        String line =
                lines.stream().filter(each -> each.startsWith(name)).findFirst().orElseThrow();
        return Long.parseUnsignedLong(line.split("\\s+", -1)[column], radix);
    }
}
