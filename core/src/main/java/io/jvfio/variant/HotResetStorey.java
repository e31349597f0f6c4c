// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.PciAddress;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A hot reset as a storey takes part in it; it is done below.
 *
 * <p>Threads: thread-safe.
 */
final class HotResetStorey implements HotReset {
    private final HotReset lower;
    private final Runnable wasReset;

    /**
     * A storey's part.
     *
     * @param lower the part of the device below
     * @param wasReset called when it has been done
     */
    HotResetStorey(HotReset lower, Runnable wasReset) {
        this.lower = lower;
        this.wasReset = wasReset;
    }

    @Override
    public Optional<PciAddress> self() {
        return lower.self();
    }

    @Override
    public HotReset carrier() {
        return lower.carrier();
    }

    @Override
    public List<HotResetFunction> functions() {
        return lower.functions();
    }

    @Override
    public int group() {
        return lower.group();
    }

    @Override
    public void before() {
        lower.before();
    }

    @Override
    public void after(boolean done) {
        Closing steps = new Closing();
        steps.attempt(() -> lower.after(done));
        if (done) {
            steps.attempt(wasReset);
        }
        steps.throwFirst();
    }

    @Override
    public void reset(Collection<? extends HotReset> others) {
        carrier().reset(others.stream().map(HotReset::carrier).toList());
    }
}
