// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The methods with which Java code can crash the virtual machine, by name. {@link ArchitectureTest} fails when the list
 * and the running JDK differ.
 */
final class RestrictedMethods {
    /** All overloads count. */
    static final Set<String> NAMES = Set.of(
            "java.lang.ModuleLayer$Controller.enableNativeAccess",
            "java.lang.Runtime.load",
            "java.lang.Runtime.loadLibrary",
            "java.lang.System.load",
            "java.lang.System.loadLibrary",
            "java.lang.foreign.AddressLayout.withTargetLayout",
            "java.lang.foreign.Linker.downcallHandle",
            "java.lang.foreign.Linker.upcallStub",
            "java.lang.foreign.MemorySegment.reinterpret",
            "java.lang.foreign.SymbolLookup.libraryLookup");

    private RestrictedMethods() {}

    /** A call of one of them, or a reference to one. */
    static DescribedPredicate<JavaAccess<?>> access() {
        return DescribedPredicate.describe(
                "a restricted method",
                access -> NAMES.contains(access.getTargetOwner().getName() + "." + access.getName()));
    }

    /** Those that the running JDK marks as restricted in {@code java.lang} and {@code java.lang.foreign}. */
    static Set<String> ofThisJdk() {
        Path javaBase = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
        return Stream.of("java/lang", "java/lang/foreign")
                .flatMap(folder -> classes(javaBase, javaBase.resolve(folder)))
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(RestrictedMethods::isMarked)
                .map(method -> method.getDeclaringClass().getName() + "." + method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Class<?>> classes(Path root, Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(".class"))
                    .<Class<?>>map(name -> load(name.replace(".class", "").replace('/', '.')))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isMarked(Method method) {
        return Arrays.stream(method.getAnnotations())
                .anyMatch(annotation ->
                        annotation.annotationType().getSimpleName().equals("Restricted"));
    }
}
