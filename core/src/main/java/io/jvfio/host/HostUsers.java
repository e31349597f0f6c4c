// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The users of a host. The files know only local ones; on the host itself {@code id} asks whatever else is configured, a
 * directory service for example.
 *
 * <p>Threads: immutable.
 */
final class HostUsers {
    private static final Path ETC = Path.of("/etc");
    private static final int PATIENCE_SECONDS = 10;

    private final Path etc;

    HostUsers(Path etc) {
        this.etc = etc;
    }

    /** A user by name or number; empty for a name that the host does not know. */
    Optional<HostUser> find(String name) {
        @Nullable HostUser known = etc.equals(ETC) ? asked(name) : null;
        if (known == null) {
            known = local(name);
        }
        long number = number(name);
        return known == null && number >= 0
                ? Optional.of(new HostUser(name, number, List.of()))
                : Optional.ofNullable(known);
    }

    private static @Nullable HostUser asked(String name) {
        String uid = id("-u", name);
        String groups = id("-G", name);
        if (number(uid) < 0 || groups.isEmpty()) {
            return null;
        }
        String known = id("-un", name);
        return new HostUser(
                known.isEmpty() ? name : known,
                number(uid),
                Arrays.stream(groups.split("\\s+", -1))
                        .map(HostUsers::number)
                        .filter(group -> group >= 0)
                        .toList());
    }

    /** What {@code id} says; empty if it cannot say it. */
    private static String id(String what, String name) {
        try {
            Process process = new ProcessBuilder("id", what, "--", name)
                    .redirectErrorStream(false)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "";
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** {@code name:x:1000:1000:…} in {@code passwd}, and {@code video:x:44:name,other} in {@code group}. */
    private @Nullable HostUser local(String name) {
        for (String[] fields : entries("passwd")) {
            if (fields.length > 3 && (fields[0].equals(name) || fields[2].equals(name))) {
                TreeSet<Long> groups = new TreeSet<>(List.of(number(fields[3])));
                for (String[] group : entries("group")) {
                    if (group.length > 3 && List.of(group[3].split(",", -1)).contains(fields[0])) {
                        groups.add(number(group[2]));
                    }
                }
                groups.remove(-1L);
                return new HostUser(fields[0], number(fields[2]), List.copyOf(groups));
            }
        }
        return null;
    }

    /** The names of groups by the local files. */
    List<String> groupNames(HostUser user) {
        List<String> names = new ArrayList<>();
        for (String[] group : entries("group")) {
            if (group.length > 2 && user.groups().contains(number(group[2]))) {
                names.add(group[0]);
            }
        }
        return names;
    }

    private List<String[]> entries(String file) {
        try (Stream<String> lines = Files.lines(etc.resolve(file), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(":", -1)).toList();
        } catch (IOException | UncheckedIOException unreadable) {
            return List.of();
        }
    }

    /** The number of a user or group, 0 to 0xfffffffe; -1 if it is none. */
    private static long number(String text) {
        return text.length() > 10 || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                ? -1
                : Numbers.decimalLong(text, -1);
    }
}
