// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

/**
 * Which part a function has in SR-IOV (PCIe 6.0, 9).
 *
 * <p>Threads: immutable.
 */
public enum SriovRole {
    /** None: it neither has virtual functions nor is one. */
    NONE,
    /** A physical function, which can have virtual ones. */
    PF,
    /** A virtual function. */
    VF
}
