// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All namespaces of the subsystem, numbered from 1 without gaps. Each is attached or not.
 *
 * <p>Threads: one at a time.
 */
final class Namespaces {
    private final List<Namespace> all;

    Namespaces(List<Namespace> all) {
        this.all = List.copyOf(all);
    }

    /** How many there are, and the highest number. */
    int count() {
        return all.size();
    }

    List<Namespace> all() {
        return all;
    }

    /** Whether a number is that of a namespace, attached or not. */
    boolean isValid(int id) {
        return id != 0 && Integer.compareUnsigned(id, all.size()) <= 0;
    }

    /** The namespace of a number, attached or not, or null. */
    @Nullable Namespace find(int id) {
        return isValid(id) ? all.get(id - 1) : null;
    }

    /** The attached namespace of a number, or null. */
    @Nullable Namespace active(int id) {
        Namespace found = find(id);
        return found != null && found.attached() ? found : null;
    }

    /** Why there is no {@link #active} namespace of a number. */
    StatusCode refusal(int id) {
        return isValid(id) ? StatusCode.INVALID_FIELD : StatusCode.INVALID_NAMESPACE_OR_FORMAT;
    }

    long bytes() {
        return all.stream().mapToLong(Namespace::bytes).sum();
    }

    /** Fills a list of identify: the numbers of attached namespaces above one, in order. */
    StatusCode list(int above, MemorySegment out) {
        if (Integer.compareUnsigned(above, SubmissionEntry.ALL_NAMESPACES - 1) >= 0) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        int at = 0;
        for (Namespace each : all) {
            if (Integer.compareUnsigned(each.id(), above) > 0 && each.attached() && at < Cns.LIST_ENTRIES) {
                Word32.at(at++ * Integer.BYTES).set(out, each.id());
            }
        }
        return StatusCode.SUCCESS;
    }

    void reset() {
        all.forEach(Namespace::reset);
    }
}
