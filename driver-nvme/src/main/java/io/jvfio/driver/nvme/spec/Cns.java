// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

/**
 * What an identify command asks for (figure 244). Each answer has {@link #SIZE} bytes.
 *
 * <p>Threads: constants.
 */
public final class Cns {
    /** The size of each structure in bytes. */
    public static final int SIZE = 4096;

    /** A namespace: {@link IdentifyNamespace}. */
    public static final int NAMESPACE = 0x00;

    /** The controller: {@link IdentifyController}. */
    public static final int CONTROLLER = 0x01;

    /** The numbers of active namespaces that are greater than the command's, 1024 at most, each of 32 bits. */
    public static final int ACTIVE_NAMESPACES = 0x02;

    /** The identifiers of a namespace: a list of {@link NamespaceDescriptor}. */
    public static final int NAMESPACE_DESCRIPTORS = 0x03;

    /** The numbers of allocated namespaces, as {@link #ACTIVE_NAMESPACES}. */
    public static final int ALLOCATED_NAMESPACES = 0x10;

    /** A namespace that is allocated: {@link IdentifyNamespace}. */
    public static final int ALLOCATED_NAMESPACE = 0x11;

    /** The controllers that a namespace is attached to. */
    public static final int ATTACHED_CONTROLLERS = 0x12;

    /** The controllers of the subsystem. */
    public static final int CONTROLLERS = 0x13;

    /** The primary controller's capabilities for virtualization. */
    public static final int PRIMARY_CONTROLLER = 0x14;

    /** The secondary controllers. */
    public static final int SECONDARY_CONTROLLERS = 0x15;

    /** How many numbers a list of namespaces has. */
    public static final int LIST_ENTRIES = SIZE / 4;

    private Cns() {}
}
