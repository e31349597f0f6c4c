// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.List;
import java.util.Objects;

/**
 * A kernel module, and whether it can be had.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param name its name, with underscores
 * @param state whether it can be had
 * @param file where it is below the folder of the kernel's modules; empty if it is in the kernel, or unknown
 * @param version what it says of itself once it is loaded; empty if it does not
 * @param drivers the names of its PCI drivers; empty until it is loaded
 */
public record ModuleFacts(String name, State state, String file, String version, List<String> drivers) {

    /** Whether a module can be had. Threads: immutable. */
    public enum State {
        /** It is a part of the kernel. */
        BUILT_IN(true),
        /** It is loaded. */
        LOADED(true),
        /** Its file is there. */
        LOADABLE(true),
        /** No file of it is there. */
        MODULE_FILE_MISSING(false),
        /** The kernel loads no modules any more, and this one is not loaded. */
        MODULES_DISABLED(false),
        /** The configuration of {@code modprobe}, or the kernel's command line, forbids it. */
        ADMIN_PROHIBITED(false);

        private final boolean feasible;

        State(boolean feasible) {
            this.feasible = feasible;
        }

        /** Whether its driver can be bound. */
        public boolean feasible() {
            return feasible;
        }
    }

    /** Copies the list. */
    public ModuleFacts {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(version, "version");
        drivers = List.copyOf(drivers);
    }

    /** Whether its driver is there without loading anything. */
    boolean present() {
        return state == State.BUILT_IN || state == State.LOADED;
    }
}
