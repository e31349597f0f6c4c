// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads sysfs. What it shows can vanish between two reads, and what is read can be anything: whatever cannot be read is
 * absent, and nothing is read further than an attribute can be long.
 *
 * <p>Threads: immutable.
 */
class Sysfs {
    /** An attribute is at most one page ({@code Documentation/filesystems/sysfs.rst}); larger pages exist, longer texts do not. */
    private static final int LONGEST_ATTRIBUTE = 4096;

    private final Path root;

    Sysfs(Path root) {
        this.root = root;
    }

    /** A path below the root. */
    final Path path(String relative) {
        return root.resolve(relative);
    }

    /** What an attribute says, without the white space around it; null if it cannot be read. */
    final @Nullable String read(Path attribute) {
        opening(attribute);
        try (InputStream in = Files.newInputStream(attribute)) {
            return new String(in.readNBytes(LONGEST_ATTRIBUTE), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException absent) {
            return null;
        }
    }

    /** What a binary file has, up to a length; null if it cannot be read. */
    final byte @Nullable [] bytes(Path file, int longest) {
        opening(file);
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(longest);
        } catch (IOException absent) {
            return null;
        }
    }

    /** The names in a directory, in no order; none if it cannot be read. */
    final List<String> names(Path directory) {
        List<String> names = new ArrayList<>();
        opening(directory);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (IOException | DirectoryIteratorException endOfWhatCanBeRead) {
            return names;
        }
        return names;
    }

    /** Where a symbolic link points, not resolved; null if it is none. */
    final @Nullable Path link(Path link) {
        following(link);
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException | UnsupportedOperationException absent) {
            return null;
        }
    }

    /** The last name of a symbolic link's target; null if it is none. */
    final @Nullable String target(Path link) {
        Path target = link(link);
        return target == null || target.getFileName() == null
                ? null
                : target.getFileName().toString();
    }

    /** Whose permissions {@link #mayOpen} judges, for people. */
    String who() {
        return "this process";
    }

    /** Whether this process may open a file for reading and writing, by its permissions. */
    boolean mayOpen(Path file) {
        try {
            file.getFileSystem().provider().checkAccess(file, AccessMode.READ, AccessMode.WRITE);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** Called before anything is opened, so that a test can count, or pull a device out in between. */
    void opening(Path file) {}

    /** Called before a link is followed, so that a test can count. */
    void following(Path link) {}
}
