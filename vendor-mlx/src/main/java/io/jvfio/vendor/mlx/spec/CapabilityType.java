// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

/**
 * The groups of capabilities that QUERY_HCA_CAP tells.
 *
 * <p>Threads: immutable.
 */
public enum CapabilityType {
    GENERAL(0x00),
    ETHERNET_OFFLOADS(0x01),
    ODP(0x02),
    ATOMIC(0x03),
    ROCE(0x04),
    GENERAL_2(0x20);

    private final int number;

    CapabilityType(int number) {
        this.number = number;
    }

    /** The group's number. */
    public int number() {
        return number;
    }

    /** The modifier of QUERY_HCA_CAP that asks for what is set now. */
    public int current() {
        return number << 1 | 1;
    }

    /** The modifier of QUERY_HCA_CAP that asks for what can be set. */
    public int maximum() {
        return number << 1;
    }
}
