// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of the checkout that these tests belong to. */
public final class Repository {
    private static final Set<String> NOT_OURS = Set.of(".git", ".idea", "target", "node_modules");

    /** Surefire runs a module's tests in the module's folder. */
    public static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Repository() {}

    /** Where the compiled tests of each module are. */
    static List<Path> testClasses() {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.map(folder -> folder.resolve("target/test-classes"))
                    .filter(Files::isDirectory)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files, without what tools make. */
    public static List<Path> files() {
        try (Stream<Path> files = Files.find(ROOT, 64, (file, attributes) -> attributes.isRegularFile())) {
            return files.filter(Repository::isOurs).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file's path in the checkout, with slashes. */
    public static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOurs(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (NOT_OURS.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
