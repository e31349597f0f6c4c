// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

/**
 * What not every machine of the lab has, as the tags of tests that need it. The line {@code lacks=} in a machine's facts
 * keeps the tests with these tags out.
 */
public final class LabParts {
    public static final String NEEDS_EDU = "needs-edu";

    /** Two memory nodes. */
    public static final String NEEDS_MEMORY_NODES = "needs-memory-nodes";

    public static final String NEEDS_IGB = "needs-igb";

    /** Mediated devices: the kernel's samples, which keep config space in the order of the processor. */
    public static final String NEEDS_MEDIATED = "needs-mediated";

    /** BARs that are memory of the processor. */
    public static final String NEEDS_WINDOWS = "needs-windows";

    /** PCI functions of IBM Z. */
    public static final String NEEDS_ZPCI = "needs-zpci";

    /** Functions and their bridge in one IOMMU group. */
    public static final String NEEDS_GROUP = "needs-group";

    /** A function that no IOMMU watches. */
    public static final String NEEDS_NO_IOMMU = "needs-no-iommu";

    private LabParts() {}
}
