// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nullness;

import io.jvfio.Vfio;
import io.jvfio.binding.KernelDrivers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The public types of core's exported packages and of binding, and what can be called on them without a device. */
final class Api {
    private static final List<String> PACKAGES =
            List.of("", "device", "host", "iommu", "interrupt", "mmio", "pci", "pci/config", "ring", "variant");

    private Api() {}

    /** Public constructors, static methods, and methods of types that a sample can be made of. */
    static List<Executable> executables() {
        return types().stream()
                .flatMap(type -> Stream.concat(
                        Stream.of(type.getConstructors()),
                        Stream.of(type.getDeclaredMethods())
                                .filter(method -> Modifier.isPublic(method.getModifiers()))
                                .filter(method -> !method.isSynthetic()
                                        && !method.getName().equals("equals"))
                                .filter(method -> Modifier.isStatic(method.getModifiers()) || Samples.has(type))))
                .filter(executable -> !executable.getDeclaringClass().isEnum())
                .toList();
    }

    private static List<? extends Class<?>> types() {
        Stream<Class<?>> core = PACKAGES.stream().flatMap(name -> classes(Vfio.class, "io/jvfio/" + name));
        return Stream.concat(core, classes(KernelDrivers.class, "io/jvfio/binding"))
                .filter(Api::isPublic)
                .toList();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static Stream<Class<?>> classes(Class<?> neighbour, String folder) {
        URI source = location(neighbour);
        if (source.getPath().endsWith(".jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(source), Map.of())) {
                return names(jar.getPath(folder)).toList().stream().map(Api::load);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names(Path.of(source).resolve(folder)).map(Api::load);
    }

    private static Stream<String> names(Path folder) {
        String name = folder.toString();
        String dotted = name.substring(name.lastIndexOf("io/jvfio")).replace('/', '.');
        String prefix = dotted.endsWith(".") ? dotted : dotted + ".";
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".class") && !file.contains("-info"))
                    .map(file -> prefix + file.substring(0, file.length() - ".class".length()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Vfio.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static URI location(Class<?> type) {
        try {
            return type.getProtectionDomain().getCodeSource().getLocation().toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
