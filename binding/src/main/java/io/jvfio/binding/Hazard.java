// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.Objects;

/**
 * Something that taking a device away from its kernel driver would hurt, or that would make it useless for VFIO.
 *
 * <p>Threads: immutable.
 *
 * @param id which row of the table it is
 * @param severity what may be done about it
 * @param evidence what was seen, for people
 */
public record Hazard(Row id, Severity severity, String evidence) {

    /** The rows. Threads: immutable. */
    public enum Row {
        /** A disk below it is in use. */
        U1,
        /** A disk below it has something on it. */
        U2,
        /** A network interface of it is up, or is a part of another. */
        U3,
        /** A network interface of it carries the session that asks. */
        U4,
        /** It shows the console or a desktop. */
        U5,
        /** It has virtual functions. */
        U6,
        /** It is no endpoint. */
        U7,
        /** A USB controller has keyboards or the like behind it. */
        U8,
        /** Another function of its group keeps VFIO from the group. */
        U9,
        /** vfio-pci does not take it. */
        U10,
        /** No IOMMU keeps its DMA in check. */
        U11,
        /** It cannot be reset. */
        U12,
        /** It is behind a controller that hides it. */
        U13,
        /** Processes have its nodes open. */
        U14,
        /** Somebody has pinned it to another driver. */
        U15,
        /** The kernel is locked down. */
        U16,
        /** It does not answer. */
        U17
    }

    /** What a hazard does to a request. Threads: immutable. */
    public enum Severity {
        /** It is refused, whatever is said. */
        NEVER,
        /** It is refused, unless the request forces this row or all of them. */
        FORCE,
        /** As {@link #FORCE}, and the request says again that it is meant. */
        FORCE_REALLY,
        /** It is refused, unless the request asks for a device without an IOMMU. */
        NO_IOMMU,
        /** It is told; a strict request is refused. */
        STRICT,
        /** It is told. */
        WARN
    }

    /** Refuses null. */
    public Hazard {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(evidence, "evidence");
    }

    /** Whether it is about what the device is or how it is set up, and not about who uses it now. */
    boolean hard() {
        return switch (id) {
            case U7, U10, U11, U13, U15 -> true;
            default -> false;
        };
    }

    /** What would lift it, for people; empty if nothing would, or nothing needs to. */
    public String remedy() {
        return switch (severity) {
            case FORCE -> "--force=" + id + " lifts it";
            case FORCE_REALLY -> "--force=" + id + " --yes-really lifts it";
            case NO_IOMMU -> "--noiommu lifts it";
            case NEVER, STRICT, WARN -> "";
        };
    }
}
