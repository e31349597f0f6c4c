// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import io.jvfio.device.VfioPci;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the package contains, found in its class files so that nothing can be forgotten in a list. */
final class UapiClasses {
    private UapiClasses() {}

    /** Returns all classes of the package that are part of the product. */
    static List<Class<?>> all() {
        String packageName = Ioctl.class.getPackageName();
        try {
            Path root = Path.of(Ioctl.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.list(root.resolve(packageName.replace('.', '/')))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
                        .map(file -> packageName + "." + file.substring(0, file.length() - ".class".length()))
                        .<Class<?>>map(UapiClasses::load)
                        .sorted(Comparator.comparing(Class::getName))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the records that stand for a struct, which are those that have a {@code STRUCT}. */
    static List<Class<?>> structs() {
        return all().stream().filter(type -> struct(type).isPresent()).toList();
    }

    /** Returns the {@code STRUCT} of a class, if it has one. */
    static Optional<Struct<?>> struct(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> field.getName().equals("STRUCT"))
                .<Struct<?>>map(field -> (Struct<?>) value(field))
                .findFirst();
    }

    /** Returns the layout of a class, if it has one. */
    static Optional<StructLayout> layout(Class<?> type) {
        return struct(type).map(Struct::layout);
    }

    /**
     * Returns the constants that stand for a number of a header, of these classes and of the public {@link VfioPci}: not
     * private, and a number or an ioctl.
     */
    static List<Field> constants() {
        return Stream.concat(all().stream(), Stream.of(VfioPci.class))
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .filter(field -> Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers()))
                .filter(field -> field.getType().isPrimitive() || field.getType() == Ioctl.class)
                .toList();
    }

    /** Returns the value of a static field. */
    static Object value(Field field) {
        try {
            field.setAccessible(true);
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.toString(), e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
