// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.FileFailure;
import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where journals and locks are: below {@code /run/jvfio}, which a reboot empties as it undoes all bindings.
 *
 * <p>Threads: as its files and effects.
 */
final class Journals {
    private static final String DIRECTORY = "/run/jvfio/journal";
    private static final String PREFIX = "pci-";

    private final HostFiles files;
    private final Effects effects;

    Journals(HostFiles files, Effects effects) {
        this.files = files;
        this.effects = effects;
    }

    private static String path(PciAddress address) {
        return DIRECTORY + "/" + PREFIX + address;
    }

    /** The journal of a function; null if it has none. */
    @Nullable Journal read(PciAddress address) {
        String text = files.text(path(address));
        if (text == null) {
            return null;
        }
        try {
            return Journal.parse(text);
        } catch (IllegalArgumentException e) {
            throw BindingException.of(
                    Code.UNFINISHED,
                    path(address) + " cannot be understood: " + e.getMessage(),
                    "look at it, and remove it");
        }
    }

    /** The functions that have one. */
    List<PciAddress> addresses() {
        List<PciAddress> found = new ArrayList<>();
        for (String name : files.names(DIRECTORY)) {
            String address = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
            if (PciAddress.matches(address)) {
                found.add(PciAddress.parse(address));
            }
        }
        return found;
    }

    void write(Journal journal) {
        try {
            effects.store(path(journal.address()), journal.text());
        } catch (IOException e) {
            throw BindingException.of(
                    Code.STEP_FAILED,
                    "no journal: "
                            + FileFailure.of("write", path(journal.address()), e)
                                    .getMessage(),
                    "binding needs root");
        }
    }

    void remove(PciAddress address) {
        try {
            effects.remove(path(address));
        } catch (IOException e) {
            throw BindingException.of(
                    Code.STEP_FAILED,
                    "the journal stays: "
                            + FileFailure.of("unlink", path(address), e).getMessage(),
                    "");
        }
    }

    /** The journal of a function, which must have been finished; null if it has none. */
    @Nullable Journal finished(PciAddress address) {
        Journal known = read(address);
        if (known != null && known.unfinished()) {
            throw BindingException.of(
                    Code.UNFINISHED,
                    "a change of " + address + " was begun and not finished (" + known.action() + ", at " + known.mark()
                            + ")",
                    "jvfio recover puts back what was there before");
        }
        return known;
    }

    /**
     * The journal of the bind that gave a function its driver; null if somebody else has done that. If there is an
     * unfinished one, that is an error.
     */
    @Nullable Journal binding(PciAddress address, @Nullable String driver) {
        Journal known = finished(address);
        return known != null && known.action() == Journal.Action.BIND && Objects.equals(known.target(), driver)
                ? known
                : null;
    }

    /** Keeps others of our kind, of this process and of others, from these functions until it is closed: from all or none. */
    Effects.Lock lock(Collection<PciAddress> addresses) {
        List<Effects.Lock> locks = new ArrayList<>();
        Effects.Lock all = () -> locks.forEach(Effects.Lock::close);
        try {
            new TreeSet<>(addresses).forEach(address -> locks.add(lock(address)));
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private Effects.Lock lock(PciAddress address) {
        try {
            Effects.Lock lock = effects.lock("/run/jvfio/" + PREFIX + address + ".lock");
            if (lock == null) {
                throw BindingException.of(Code.LOCKED, "another jvfio changes " + address + " now", "try again later");
            }
            return lock;
        } catch (IOException e) {
            throw BindingException.of(
                    Code.STEP_FAILED,
                    "no lock for " + address + " below /run/jvfio: " + e.getMessage(),
                    "binding needs root");
        }
    }
}
