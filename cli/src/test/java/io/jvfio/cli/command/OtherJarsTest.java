// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which JARs are looked into, in which order, and what is told of the others. */
final class OtherJarsTest {
    static {
        // The service of these tests is none of the command's.
        OtherJarsTest.class.getModule().addUses(Runnable.class);
    }

    private static final String SERVICE = "META-INF/services/io.jvfio.emulation.ModelProvider";

    @TempDir
    private Path temporary;

    private Path folder = Path.of("/");
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void resolve() throws IOException {
        folder = temporary.toRealPath();
    }

    @Test
    void folders_come_in_their_order_and_jars_by_name_and_the_home_last() throws IOException {
        jar("second/a.jar", "");
        jar("first/z.jar", "");
        jar("first/b.jar", "");
        jar("first/c/one.jar", "");
        jar("first/c/two.jar", "");
        Files.writeString(folder.resolve("first/notes.txt"), "no JAR");
        jar(".local/share/jvfio/lib/own.jar", "");
        OtherJars jars = jars(folder + "/first::" + folder + "/second:" + folder + "/first", null);

        assertThat(loaders(jars))
                .extracting(ClassLoader::getName)
                .containsExactly(
                        folder + "/first/b.jar",
                        folder + "/first/c",
                        folder + "/first/z.jar",
                        folder + "/second/a.jar",
                        folder + "/.local/share/jvfio/lib/own.jar");
        assertThat(((URLClassLoader) loaders(jars).get(1)).getURLs()).hasSize(2);
        assertThat(jars.failures(warnings::add)).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void what_is_broken_is_told_with_its_name() throws IOException {
        jar("lib/absent.jar", "no.such.Model");
        Files.writeString(folder.resolve("lib/broken.jar"), "no archive");
        OtherJars jars = jars(folder + "/lib:" + folder + "/nowhere", null);

        assertThat(jars.failures(warnings::add))
                .extracting(OtherJars.Failure::toString)
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line)
                                .startsWith(folder + "/lib/broken.jar: ")
                                .contains("ZipException"),
                        line -> assertThat(line).startsWith(folder + "/nowhere: "),
                        line -> assertThat(line)
                                .startsWith(folder + "/lib/absent.jar: io.jvfio.emulation.ModelProvider: ")
                                .contains("no.such.Model"));
    }

    @Test
    void root_takes_what_is_its_own_and_names_the_rest_once() throws IOException {
        jar("lib/good.jar", "");
        jar("lib/bad.jar", "");
        jar("elsewhere/linked.jar", "");
        Files.createSymbolicLink(folder.resolve("lib/link.jar"), folder.resolve("elsewhere/linked.jar"));
        jar("open/any.jar", "");
        List<Path> others = List.of(folder.resolve("lib/bad.jar"), folder.resolve("elsewhere"), folder.resolve("open"));
        RootsAlone rule = new RootsAlone(file -> Map.of("uid", others.contains(file) ? 1000 : 0, "mode", 0755));
        OtherJars jars = jars(folder + "/lib:" + folder + "/open", rule);

        assertThat(loaders(jars)).extracting(ClassLoader::getName).containsExactly(folder + "/lib/good.jar");
        loaders(jars);
        assertThat(warnings)
                .containsExactly("not used, as others than root can change it: " + folder + "/lib/bad.jar, " + folder
                        + "/lib/link.jar, " + folder + "/open");
        assertThat(jars.failures(warnings::add)).isEmpty();
    }

    @Test
    void root_does_not_follow_a_manifest_to_other_files() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "other.jar");
        Path file = Files.createDirectories(folder.resolve("lib")).resolve("led.jar");
        try (OutputStream out = Files.newOutputStream(file)) {
            new JarOutputStream(out, manifest).close();
        }

        RootsAlone rule = new RootsAlone(any -> Map.of("uid", 0, "mode", 0755));
        OtherJars careful = jars(folder + "/lib", rule);
        assertThat(loaders(careful)).isEmpty();
        assertThat(careful.failures(warnings::add))
                .singleElement()
                .satisfies(failure -> assertThat(failure.error()).contains("Class-Path"));
        assertThat(loaders(jars(folder + "/lib", null))).hasSize(1);
    }

    private OtherJars jars(String path, @Nullable RootsAlone rule) {
        return new OtherJars(Map.of("JVFIO_PATH", path, "HOME", folder.toString()), rule);
    }

    /** The loaders behind the command's own. */
    private List<ClassLoader> loaders(OtherJars jars) {
        List<ClassLoader> all = new ArrayList<>();
        jars.providers(warnings::add)
                .find(
                        Runnable.class,
                        loader -> {
                            all.add(loader);
                            return ServiceLoader.load(Runnable.class, loader);
                        },
                        failure -> {});
        assertThat(all.getFirst()).isSameAs(OtherJars.class.getClassLoader());
        return all.subList(1, all.size());
    }

    private void jar(String name, String provider) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new JarEntry(SERVICE));
            jar.write(provider.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
    }
}
