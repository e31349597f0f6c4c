// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Setting;
import io.jvfio.VfioException;
import java.util.function.Consumer;

/**
 * Runs a scenario again and again, with its first system call failing, then its second, and so on to the last, and checks
 * after each run that nothing was left behind. What cannot be given back in another way stays, necessarily: memory whose
 * {@code munmap} fails, and a waiting thread that the {@code write} to its eventfd does not reach. Then the check is that the
 * scenario throws.
 *
 * <p>Threads: one at a time.
 */
public final class FaultSweep {

    /** A scenario longer than this repeats itself without end. */
    private static final int MOST_CALLS = 10_000;

    private FaultSweep() {}

    /** Opens, uses and closes something; closes it also if a step throws. */
    @FunctionalInterface
    public interface Scenario {
        /** Runs once, in a context that it makes with this setting: {@code Vfio.create(faults)}. */
        void run(Setting faults);
    }

    /**
     * Sweeps. A run may swallow the failure or throw {@link VfioException}; any other exception fails the sweep.
     *
     * @param errno what the calls fail with
     * @return how many runs had a call fail; check that it is what you expect
     * @throws AssertionError naming the failed call, if something was left behind or another exception came out
     */
    public static int everyCallFails(int errno, Scenario scenario) {
        return sweep(errno, faults -> scenario.run(faults.setting()));
    }

    static int sweep(int errno, Consumer<FaultySystemCalls> scenario) {
        scenario.accept(FaultySystemCalls.linux()); // class loading and first-time allocations are no leaks
        for (int n = 1; n <= MOST_CALLS; n++) {
            FaultySystemCalls sys = FaultySystemCalls.linux();
            sys.failCall(n, errno);
            LeakCheck check = LeakCheck.start();
            boolean threw = false;
            try {
                scenario.accept(sys);
            } catch (VfioException expected) {
                threw = true;
            } catch (RuntimeException e) {
                throw new AssertionError("unexpected with " + describe(sys, n) + " failing", e);
            }
            if (sys.injected() == 0) {
                if (threw) {
                    throw new AssertionError("the scenario fails with no call failing");
                }
                return n - 1;
            }
            FaultySystemCalls.Call failed = sys.calls().get(n - 1);
            if (!failed.is("munmap") && !failed.is("write")) {
                assertNothingLeaked(check, failed);
            } else if (!threw) {
                throw new AssertionError(failed + " failed and nobody was told");
            }
        }
        throw new AssertionError("the scenario makes more than " + MOST_CALLS + " calls");
    }

    private static void assertNothingLeaked(LeakCheck check, FaultySystemCalls.Call failed) {
        try {
            check.assertNothingLeaked();
        } catch (AssertionError e) {
            throw new AssertionError("with " + failed + " failing, " + e.getMessage(), e);
        }
    }

    private static String describe(FaultySystemCalls sys, int n) {
        return sys.calls().size() < n ? "call " + n : sys.calls().get(n - 1).toString();
    }
}
