// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.HostQuestion.Kind;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is known of a host comes through here, so that it can be recorded on one host and looked at on another. Paths
 * are those of the host, from {@code /}. What cannot be read is absent.
 *
 * <p>Threads: immutable, if the source is.
 */
final class HostFiles {
    private final Source source;

    /** Answers questions. */
    interface Source {
        /** The answer, or null if there is none. */
        @Nullable List<String> answer(HostQuestion question);
    }

    /**
     * A module's file in a list.
     *
     * @param line the number of the line, from 0
     * @param path the path below the folder of the kernel's modules
     */
    record ModuleFile(int line, String path) {}

    HostFiles(Source source) {
        this.source = source;
    }

    /** What a small file says, without the white space around it; null if it cannot be read. */
    @Nullable String text(String path) {
        return first(ask(Kind.TEXT, path, ""));
    }

    /** What a small file says; empty if it cannot be read. */
    String textOrEmpty(String path) {
        return Names.orEmpty(text(path));
    }

    /** A decimal number in a file, or a fallback. */
    int number(String path, int fallback) {
        String text = text(path);
        try {
            return text == null ? fallback : Integer.parseInt(text);
        } catch (NumberFormatException garbage) {
            return fallback;
        }
    }

    /** The names in a directory, in order. */
    List<String> names(String path) {
        return orEmpty(ask(Kind.NAMES, path, ""));
    }

    /** The target of a symbolic link as it is written there; null if it is none. */
    @Nullable String link(String path) {
        return first(ask(Kind.LINK, path, ""));
    }

    /** The last name of a symbolic link's target; null if it is none. */
    @Nullable String target(String path) {
        String link = link(path);
        return link == null ? null : link.substring(link.lastIndexOf('/') + 1);
    }

    boolean exists(String path) {
        return ask(Kind.EXISTS, path, "") != null;
    }

    /** The lines of a file with a text in them; null if it cannot be read. */
    @Nullable List<String> lines(String path, String filter) {
        return ask(Kind.LINES, path, filter);
    }

    /** Where a list of module files names a module; null if it does not. */
    @Nullable ModuleFile moduleFile(String list, String module) {
        List<String> answer = ask(Kind.MODULE_FILE, list, Names.fold(module));
        return answer == null || answer.size() < 2
                ? null
                : new ModuleFile(Integer.parseInt(answer.getFirst()), answer.getLast());
    }

    /** A byte of a small file, or -1. */
    int byteAt(String path, int offset) {
        String digits = first(ask(Kind.BYTES, path, ""));
        return digits == null || digits.length() < 2 * offset + 2
                ? -1
                : Integer.parseInt(digits.substring(2 * offset, 2 * offset + 2), 16);
    }

    /** What a block device has on it; null if nothing is known. */
    @Nullable String signature(String node) {
        return first(ask(Kind.SIGNATURE, node, ""));
    }

    /** Who has nodes open, each as {@code 4711 qemu-system-x86 /dev/vfio/3}. */
    List<String> holders(Collection<String> nodes) {
        return nodes.isEmpty()
                ? List.of()
                : orEmpty(ask(Kind.HOLDERS, "/proc", String.join(",", new TreeSet<>(nodes))));
    }

    /** Whether a VFIO driver is bound to a function. */
    boolean isVfio(PciAddress address) {
        return ask(Kind.VFIO, address.toString(), "") != null;
    }

    /** The nodes by which processes have a function that is bound to a VFIO driver: its own, and that of its group. */
    List<String> vfioNodes(PciAddress address) {
        return orEmpty(ask(Kind.VFIO_NODES, address.toString(), ""));
    }

    @Nullable String variable(String name) {
        return first(ask(Kind.VARIABLE, name, ""));
    }

    private @Nullable List<String> ask(Kind kind, String subject, String filter) {
        return source.answer(new HostQuestion(kind, subject, filter));
    }

    private static List<String> orEmpty(@Nullable List<String> answer) {
        return answer == null ? List.of() : answer;
    }

    private static @Nullable String first(@Nullable List<String> answer) {
        return answer == null || answer.isEmpty() ? null : answer.getFirst();
    }
}
