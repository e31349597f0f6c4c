// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.baseline;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The loops of {@code baseline.c}, compiled with the host's C compiler when a benchmark starts, so that Java and C are
 * measured in the same run. One call does many operations, so that what the call costs does not show.
 *
 * <p>Threads: thread-safe.
 */
public final class CBaseline implements AutoCloseable {
    private static final String COMPILER = "cc";

    private final Arena arena = Arena.ofShared();
    private final Path folder;
    private final MethodHandle read32;
    private final MethodHandle write32;
    private final MethodHandle trappedRead32;
    private final MethodHandle pollEventfd;
    private final MethodHandle pollCompletion;
    private final MethodHandle echoStart;
    private final MethodHandle echoConnect;
    private final MethodHandle regionRead32;

    private CBaseline(Path folder, Path library) {
        this.folder = folder;
        SymbolLookup symbols = load(library, arena);
        this.read32 = link(symbols, "read32", ADDRESS, JAVA_LONG);
        this.write32 = link(symbols, "write32", ADDRESS, JAVA_LONG);
        this.trappedRead32 = link(symbols, "trapped_read32", JAVA_INT, JAVA_LONG, JAVA_LONG);
        this.pollEventfd = link(symbols, "poll_eventfd", JAVA_INT, JAVA_LONG);
        this.pollCompletion = link(symbols, "poll_completion", ADDRESS, JAVA_INT, JAVA_LONG);
        this.echoStart = link(symbols, "echo_start", ADDRESS);
        this.echoConnect = link(symbols, "echo_connect", ADDRESS);
        this.regionRead32 = link(symbols, "region_read32", JAVA_INT, JAVA_LONG);
    }

    /** Compiles and loads the loops; fails if there is no C compiler. */
    public static CBaseline compile() {
        try {
            Path folder = Files.createTempDirectory("jvfio-baseline");
            Path source = folder.resolve("baseline.c");
            Path library = folder.resolve("libbaseline.so");
            try (InputStream code = Objects.requireNonNull(CBaseline.class.getResourceAsStream("baseline.c"))) {
                Files.copy(code, source);
            }
            List<String> command = List.of(
                    COMPILER, "-O2", "-shared", "-fPIC", "-pthread", "-o", library.toString(), source.toString());
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IllegalStateException(String.join(" ", command) + " ended with " + status);
            }
            return new CBaseline(folder, library);
        } catch (IOException e) {
            throw new UncheckedIOException("the C baseline needs a C compiler: install gcc", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling", e);
        }
    }

    @SuppressWarnings("restricted") // benchmarks stand outside of core's fence: they compare it with native code
    private static SymbolLookup load(Path library, Arena arena) {
        return SymbolLookup.libraryLookup(library, arena);
    }

    @SuppressWarnings("restricted") // as above
    private static MethodHandle link(SymbolLookup symbols, String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** Reads a register {@code count} times. */
    public int read32(MemorySegment register, long count) {
        try {
            return (int) read32.invokeExact(register, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a register {@code count} times, earlier stores first. */
    public int write32(MemorySegment register, long count) {
        try {
            return (int) write32.invokeExact(register, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Reads four bytes of a file {@code count} times. */
    public int trappedRead32(int fd, long offset, long count) {
        try {
            return (int) trappedRead32.invokeExact(fd, offset, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Polls a non-blocking eventfd {@code count} times. */
    public int pollEventfd(int fd, long count) {
        try {
            return (int) pollEventfd.invokeExact(fd, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Looks at a completion entry {@code count} times. */
    public int pollCompletion(MemorySegment entry, int expected, long count) {
        try {
            return (int) pollCompletion.invokeExact(entry, expected, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a vfio-user server that answers everything at once; it runs until the process ends. */
    public void startEcho(Path socket) {
        if (callWithPath(echoStart, socket) < 0) {
            throw new IllegalStateException("the server at " + socket + " does not start");
        }
    }

    /** Connects to such a server; the descriptor. */
    public int connectEcho(Path socket) {
        int fd = callWithPath(echoConnect, socket);
        if (fd < 0) {
            throw new IllegalStateException("nobody listens at " + socket);
        }
        return fd;
    }

    private static int callWithPath(MethodHandle function, Path path) {
        try (Arena text = Arena.ofConfined()) {
            return (int) function.invokeExact(text.allocateFrom(path.toString()));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Reads a register over a connection {@code count} times. */
    public int regionRead32(int fd, long count) {
        try {
            return (int) regionRead32.invokeExact(fd, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        arena.close();
        try {
            Files.deleteIfExists(folder.resolve("baseline.c"));
            Files.deleteIfExists(folder.resolve("libbaseline.so"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
