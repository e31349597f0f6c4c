// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.util.Objects;

/**
 * Something that VFIO needs, and whether it is there.
 *
 * <p>Threads: immutable; as it was when it was looked at.
 *
 * @param topic what it is about
 * @param level how it is
 * @param text how it is, in one line for people
 * @param remedy what to do about it, in one line; empty if there is nothing to do
 */
public record HostFinding(Topic topic, Level level, String text, String remedy) {

    /** What findings are about. Threads: immutable. */
    public enum Topic {
        /** The user for whom it is judged, if that is not the one who asks. */
        USER,
        /** The IOMMU. */
        IOMMU,
        /** Whether devices can raise only their own interrupts. */
        INTERRUPTS,
        /** The way to devices by their own nodes. */
        IOMMUFD,
        /** The way to devices by the nodes of their groups. */
        GROUPS,
        /** What is special about a machine of this kind. */
        MACHINE,
        /** The driver that offers PCI functions. */
        DRIVER,
        /** Devices that VFIO has. */
        DEVICES,
        /** What may be locked for DMA. */
        LOCKED_MEMORY,
        /** Huge pages. */
        HUGE_PAGES,
        /** Which memory is near to a device, where memory is not the same for all. */
        MEMORY_NODES,
        /** What keeps this host safe, or does not. */
        SECURITY
    }

    /** How it is. Threads: immutable. */
    public enum Level {
        /** As it should be. */
        OK,
        /** It works without, or may be meant so. */
        NOTE,
        /** It does not work like this. */
        PROBLEM
    }

    /** Refuses null. */
    public HostFinding {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(remedy, "remedy");
    }

    static HostFinding ok(Topic topic, String text) {
        return new HostFinding(topic, Level.OK, text, "");
    }
}
