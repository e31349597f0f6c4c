// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.RegionOps;

/**
 * A BAR whose register accesses meet a fault plan. Mapped memory does not: nobody sees accesses there.
 *
 * <p>Threads: thread-safe.
 *
 * @param ops the BAR
 * @param faults the plan
 * @param checkAlive throws if a fault has pulled the device out
 */
record FaultyOps(RegionOps ops, FaultInjector faults, Runnable checkAlive) implements ForwardedOps {

    @Override
    public long read(long offset, int width) {
        FaultRule rule = faults.meet(FaultRule.Point.READ, offset);
        long ones = RegisterPort.zeroExtended(-1, width);
        if (rule != null) {
            switch (rule.kind()) {
                case DROP -> {
                    return ones;
                }
                case CORRUPT -> {
                    return faults.corrupt(ops.read(offset, width), width);
                }
                case DELAY -> faults.delay(rule);
                default -> checkAlive.run();
            }
        }
        return faults.isDeaf() ? ones : ops.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        FaultRule rule = faults.meet(FaultRule.Point.WRITE, offset);
        if (rule != null) {
            switch (rule.kind()) {
                case DROP -> {
                    return;
                }
                case DELAY -> faults.delay(rule);
                default -> checkAlive.run();
            }
        }
        ops.write(offset, width, value);
    }
}
