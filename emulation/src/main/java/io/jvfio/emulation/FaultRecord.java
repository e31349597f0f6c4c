// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.Objects;

/**
 * A fault that has happened.
 *
 * <p>Threads: immutable.
 *
 * @param number counted from 1 over all faults of the device
 * @param nanos when, by the model's clock
 * @param event which event of the rule's it was, counted from 1
 * @param rule why
 */
public record FaultRecord(long number, long nanos, long event, FaultRule rule) {
    /** Refuses null. */
    public FaultRecord {
        Objects.requireNonNull(rule, "rule");
    }
}
