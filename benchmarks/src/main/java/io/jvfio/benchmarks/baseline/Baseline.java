// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.baseline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The library of the loops in C, compiled by the system's compiler where it is wanted first. Its name carries the
 * architecture and a digest of the sources, so that one made for or from others is never met.
 *
 * <p>Threads: stateless.
 */
public final class Baseline {
    /** The system property with the path of the library, for the processes that measure. */
    public static final String PROPERTY = "jvfio.baseline";

    private static final List<String> SOURCES =
            List.of("baseline.h", "register.c", "system.c", "handler.c", "vfiouser.c", "nvme.c", "dma.c", "ring.c");
    private static final List<String> COMPILER =
            List.of("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread");
    private static final long COMPILER_SECONDS = 120;

    private Baseline() {}

    /**
     * The library, from {@link #PROPERTY}, else from a folder of its own that is compiled for it. Blocks while the compiler
     * works.
     *
     * @throws IllegalStateException if there is no compiler
     */
    public static Path library() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        try {
            Path folder = Files.createTempDirectory("jvfio-baseline");
            folder.toFile().deleteOnExit();
            return compile(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The library that was compiled into this folder from the sources of this build, if it was. */
    public static Optional<Path> compiled(Path folder) {
        Path library = folder.resolve(name());
        return Files.exists(library) ? Optional.of(library) : Optional.empty();
    }

    /**
     * Compiles into a folder, which is made if it is missing. What was compiled from the same sources is kept.
     *
     * @throws IllegalStateException if there is no compiler, or it refuses
     */
    public static Path compile(Path folder) {
        Path library = folder.resolve(name());
        if (Files.exists(library)) {
            return library;
        }
        try {
            Files.createDirectories(folder);
            Path sources = Files.createTempDirectory(folder, "sources");
            Path made = sources.resolve("library.so");
            List<String> command = new ArrayList<>(COMPILER);
            command.addAll(List.of("-o", made.toString()));
            for (String source : SOURCES) {
                Files.write(sources.resolve(source), bytes(source));
                if (source.endsWith(".c")) {
                    command.add(sources.resolve(source).toString());
                }
            }
            run(command);
            Files.move(made, library, StandardCopyOption.ATOMIC_MOVE);
            for (String source : SOURCES) {
                Files.delete(sources.resolve(source));
            }
            Files.delete(sources);
            return library;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(List<String> command) {
        try {
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!compiler.waitFor(COMPILER_SECONDS, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
                compiler.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " failed: " + said.strip());
            }
        } catch (IOException e) {
            throw new IllegalStateException("no C compiler (" + command.getFirst() + "): install gcc", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling", e);
        }
    }

    private static String name() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            COMPILER.forEach(word -> digest.update(word.getBytes(StandardCharsets.UTF_8)));
            SOURCES.forEach(source -> digest.update(bytes(source)));
            return "baseline-" + System.getProperty("os.arch") + "-"
                    + HexFormat.of().formatHex(digest.digest(), 0, 8) + ".so";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String source) {
        try (InputStream code = Baseline.class.getResourceAsStream("/baseline/" + source)) {
            return Objects.requireNonNull(code, source).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
