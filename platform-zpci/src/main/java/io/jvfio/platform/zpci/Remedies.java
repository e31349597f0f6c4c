// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import java.util.List;
import java.util.function.Supplier;

/** What to do about errors. Threads: thread-safe. */
final class Remedies {
    /** For a function that no reset brings back. */
    static final String LAST_RESORT =
            "the function failed for good: close it; as root, write 1 to the file recover of its"
                    + " folder in sysfs, or have the adapter seen to";

    private static final String SLOT = "bus";
    private static final String RESET = "reset the function";

    private final Supplier<List<String>> resetMethods;

    /**
     * What to do about errors of one function.
     *
     * @param resetMethods how the kernel resets it, the first first; empty if that is not known
     */
    Remedies(Supplier<List<String>> resetMethods) {
        this.resetMethods = resetMethods;
    }

    String of(boolean permanent) {
        if (permanent) {
            return LAST_RESORT;
        }
        List<String> methods = resetMethods.get();
        if (methods.isEmpty()) {
            return RESET;
        }
        return methods.getFirst().equals(SLOT)
                ? RESET + ", which disables and enables it"
                : RESET + "; its method is " + methods.getFirst() + ", which the machine does not hear of: if that does"
                        + " not help, write bus to reset_method in sysfs, as root, which disables and enables it";
    }
}
