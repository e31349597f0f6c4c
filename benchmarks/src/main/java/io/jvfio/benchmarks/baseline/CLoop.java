// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.baseline;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A loop of the {@link Baseline} with its arguments. One call does many operations, so that what the call costs does not
 * show.
 *
 * <p>Threads: for one at a time.
 */
public final class CLoop {
    private static final FunctionDescriptor LOOP = FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG);

    private final MethodHandle function;
    private final MemorySegment arguments;

    private CLoop(MethodHandle function, MemorySegment arguments) {
        this.function = function;
        this.arguments = arguments;
    }

    /**
     * A loop by its name. The library stays until the process ends, as threads of it may run.
     *
     * @param name the function in C
     * @param arguments addresses, descriptors and values, as the function's comment says
     */
    public static CLoop of(String name, long... arguments) {
        return of(Baseline.library(), name, arguments);
    }

    /** A loop of a library that is compiled. */
    @SuppressWarnings("restricted") // benchmarks stand outside of core's fence: they compare it with native code
    public static CLoop of(Path library, String name, long... arguments) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        MethodHandle function = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), LOOP);
        // One word more than none: an empty segment has no address.
        MemorySegment memory = Arena.global().allocate(JAVA_LONG, arguments.length + 1L);
        for (int i = 0; i < arguments.length; i++) {
            memory.setAtIndex(JAVA_LONG, i, arguments[i]);
        }
        return new CLoop(function, memory);
    }

    /** The address of a text in C, which stays until the process ends. */
    public static long text(String text) {
        return Arena.global().allocateFrom(text).address();
    }

    /**
     * Does {@code count} operations of a loop that can be refused.
     *
     * @return what the function gives
     * @throws IllegalStateException if that is -1
     */
    public long checked(long count) {
        long result = run(count);
        if (result == -1) {
            throw new IllegalStateException("the loop in C was refused");
        }
        return result;
    }

    /** Does {@code count} operations; what the function gives. */
    public long run(long count) {
        try {
            return (long) function.invokeExact(arguments, count);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
