// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On picocli, which is of Java 5. */
final class OldClassesTest {
    private static final int VERSION_AT = 4;

    @TempDir
    private Path folder;

    private Path jar = Path.of("");
    private Map<String, byte[]> before = Map.of();

    @BeforeEach
    void copy() throws Exception {
        Path original = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        jar = Files.copy(original, folder.resolve("picocli.jar"));
        before = entries();
        assertThat(version(before.get("picocli/CommandLine.class"))).isLessThan(50);
    }

    @Test
    void each_class_is_verified_in_the_new_way_and_does_what_it_did() throws Exception {
        assertThat(OldClasses.raiseAll(folder)).containsExactly("picocli.jar");

        Map<String, byte[]> after = entries();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        List<String> classes = after.keySet().stream()
                .filter(name -> name.startsWith("picocli/") && name.endsWith(".class"))
                .toList();
        assertThat(classes).hasSizeGreaterThan(100);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            for (String name : classes) {
                assertThat(version(after.get(name))).as(name).isGreaterThanOrEqualTo(50);
                // Initialising verifies.
                Class.forName(
                        name.substring(0, name.length() - ".class".length()).replace('/', '.'), true, loader);
            }
            Class<?> raised = Class.forName("picocli.CommandLine", true, loader);
            assertThat(raised).isNotSameAs(CommandLine.class);
            assertThat(raised.getField("VERSION").get(null)).isEqualTo(CommandLine.VERSION);
        }
        before.forEach((name, bytes) -> {
            if (!name.endsWith(".class")) {
                assertThat(after.get(name)).as(name).isEqualTo(bytes);
            }
        });
    }

    @Test
    void what_is_new_enough_or_signed_stays_as_it_is() throws Exception {
        OldClasses.raiseAll(folder);
        byte[] raised = Files.readAllBytes(jar);
        Path signed = folder.resolve("signed.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(signed))) {
            for (String name : List.of("META-INF/SOMEBODY.SF", "picocli/CommandLine.class")) {
                out.putNextEntry(new ZipEntry(name));
                out.write(before.getOrDefault(name, new byte[0]));
            }
        }
        byte[] asSigned = Files.readAllBytes(signed);

        assertThat(OldClasses.raiseAll(folder)).isEmpty();
        assertThat(jar).hasBinaryContent(raised);
        assertThat(signed).hasBinaryContent(asSigned);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("picocli.jar", "signed.jar");
    }

    private Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
                found.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return found;
    }

    private static int version(byte[] type) {
        return ByteBuffer.wrap(type).getInt(VERSION_AT);
    }
}
