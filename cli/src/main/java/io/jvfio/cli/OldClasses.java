// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Raises the version of classes of before Java 6: the JVM keeps none of these in its cache, and verifies each at every start
 * in the way of old. What they do stays the same; they get the stack maps that newer ones have.
 *
 * <p>Threads: for one at a time.
 */
final class OldClasses {
    /** The first version that has stack maps. */
    private static final int WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;

    private static final int RAISED = ClassFile.JAVA_8_VERSION;
    private static final String CLASS = ".class";

    /** Any time will do: with this one the same JAR gives the same bytes. */
    private static final long TIME = 0;

    private final Map<String, byte[]> entries;

    private OldClasses(Map<String, byte[]> entries) {
        this.entries = entries;
    }

    /**
     * Raises what is old in the JARs of a folder, each of which is replaced at once or not at all. Signed JARs are left alone.
     *
     * @return the names of the JARs that were replaced
     * @throws IOException if one cannot be read or written
     */
    static Set<String> raiseAll(Path folder) throws IOException {
        Set<String> raised = new TreeSet<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                OldClasses classes = new OldClasses(read(jar));
                if (!classes.signed() && classes.raise()) {
                    classes.replace(jar);
                    raised.add(jar.getFileName().toString());
                }
            }
        }
        return raised;
    }

    private static Map<String, byte[]> read(Path jar) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        return entries;
    }

    private boolean signed() {
        return entries.keySet().stream().anyMatch(name -> name.startsWith("META-INF/") && name.endsWith(".SF"));
    }

    /** Whether there was any. */
    private boolean raise() {
        ClassFile files = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(resolver()));
        ClassTransform newer = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen((builder, element) -> {
                    if (element instanceof ClassFileVersion) {
                        builder.withVersion(RAISED, 0);
                    } else {
                        builder.with(element);
                    }
                });
        boolean any = false;
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            if (entry.getKey().endsWith(CLASS)) {
                ClassModel old = files.parse(entry.getValue());
                if (old.majorVersion() < WITH_STACK_MAPS) {
                    entry.setValue(files.transformClass(old, newer));
                    any = true;
                }
            }
        }
        return any;
    }

    /** Knows the classes of the JAR and of the JDK. */
    private ClassHierarchyResolver resolver() {
        return ClassHierarchyResolver.ofResourceParsing(this::open).orElse(ClassHierarchyResolver.defaultResolver());
    }

    private @Nullable InputStream open(ClassDesc type) {
        String descriptor = type.descriptorString();
        byte[] bytes = entries.get(descriptor.substring(1, descriptor.length() - 1) + CLASS);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private void replace(Path jar) throws IOException {
        Path next = Files.createTempFile(jar.toAbsolutePath().getParent(), "raised", ".new");
        try {
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(next))) {
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    ZipEntry made = new ZipEntry(entry.getKey());
                    made.setTime(TIME);
                    out.putNextEntry(made);
                    out.write(entry.getValue());
                }
            }
            Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(jar));
            Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
    }
}
