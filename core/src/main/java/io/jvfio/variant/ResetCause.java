// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

/** Why a device has its power-on state again. Threads: immutable. */
public enum ResetCause {
    /** The function was reset. */
    FUNCTION,
    /** Its slot or bus was. */
    HOT,
    /** Somebody wrote Initiate Function Level Reset in the PCIe capability. */
    EXPRESS_FLR,
    /** Somebody wrote Initiate FLR in the Advanced Features capability. */
    AF_FLR,
    /** It woke up from D3hot, which resets it. */
    POWER
}
