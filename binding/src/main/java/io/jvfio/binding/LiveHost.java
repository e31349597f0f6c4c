// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A host that is there, at a root. Files can vanish at any time and can hold anything; whatever cannot be read has no
 * answer. No file that acts when it is read is ever asked for.
 *
 * <p>Threads: one at a time; lists of modules are read once.
 */
final class LiveHost implements HostFiles.Source {
    /** Attributes are a page at most; {@code mountinfo} and {@code uevent} can be longer, but not without end. */
    private static final int LONGEST_TEXT = 1 << 20;

    /** The header of a config space. */
    private static final int FIRST_BYTES = 64;

    private final Path root;
    private final Host host;
    private final Map<String, String> variables;
    private final Map<Path, Map<String, List<String>>> indexes = new HashMap<>();

    LiveHost(Path root, Map<String, String> variables) {
        this.root = root;
        this.host = Host.of(root);
        this.variables = variables;
    }

    /** Where a path of the host is. */
    Path path(String path) {
        return root.resolve(path.substring(1));
    }

    @Override
    public @Nullable List<String> answer(HostQuestion question) {
        String subject = question.subject();
        try {
            return switch (question.kind()) {
                case VARIABLE -> variables.containsKey(subject) ? List.of(variables.get(subject)) : null;
                case VFIO -> host.isVfio(PciAddress.parse(subject)) ? List.of() : null;
                case VFIO_NODES -> vfioNodes(PciAddress.parse(subject));
                default -> read(question, path(subject));
            };
        } catch (IOException | DirectoryIteratorException | UnsupportedOperationException absent) {
            return null;
        }
    }

    private @Nullable List<String> read(HostQuestion question, Path path) throws IOException {
        return switch (question.kind()) {
            case TEXT ->
                List.of(first(path, LONGEST_TEXT, StandardCharsets.UTF_8).strip());
            case NAMES -> names(path);
            case LINK -> List.of(Files.readSymbolicLink(path).toString());
            case EXISTS -> Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? List.of() : null;
            case LINES ->
                parts(path).filter(line -> line.contains(question.filter())).toList();
            case MODULE_FILE -> index(path).get(question.filter());
            case BYTES -> List.of(HexFormat.of().formatHex(firstBytes(path, FIRST_BYTES)));
            case SIGNATURE ->
                DiskSignature.of(firstBytes(path, DiskSignature.BYTES)).stream().toList();
            case HOLDERS -> holders(question.filter());
            case VARIABLE, VFIO, VFIO_NODES -> null;
        };
    }

    private List<String> vfioNodes(PciAddress address) {
        return host.vfioNodes(address).stream()
                .map(node -> "/" + root.relativize(node))
                .toList();
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        }
        Collections.sort(names);
        return names;
    }

    /** The lines of a file that is read whole; those of the kernel's build end with a zero byte. */
    private static Stream<String> parts(Path file) throws IOException {
        return Arrays.stream(Files.readString(file, StandardCharsets.ISO_8859_1).split("[\\n\\x00]", -1));
    }

    /** By module, the number of its line in a list and its file, without what it depends on. */
    private Map<String, List<String>> index(Path list) throws IOException {
        Map<String, List<String>> known = indexes.get(list);
        if (known == null) {
            List<String> lines = parts(list).toList();
            known = new HashMap<>();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                String file = line.contains(":") ? line.substring(0, line.indexOf(':')) : line;
                known.putIfAbsent(Names.ofFile(file), List.of(Integer.toString(i), file));
            }
            indexes.put(list, known);
        }
        return known;
    }

    private static String first(Path file, int size, Charset charset) throws IOException {
        return new String(firstBytes(file, size), charset);
    }

    private static byte[] firstBytes(Path file, int size) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(size);
        }
    }

    private List<String> holders(String nodes) {
        Set<Path> wanted = Arrays.stream(nodes.split(",", -1)).map(Path::of).collect(Collectors.toSet());
        return host.holders(wanted).stream()
                .map(holder -> holder.process() + " " + (holder.command().isEmpty() ? "?" : holder.command()) + " "
                        + holder.node())
                .sorted()
                .toList();
    }
}
