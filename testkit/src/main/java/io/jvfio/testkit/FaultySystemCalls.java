// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Setting;
import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.SystemCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * System calls that are recorded, and of which chosen ones fail without being made.
 *
 * <p>A failing {@code close} is made all the same: on Linux the descriptor is gone whatever {@code close} returns.
 * {@code geteuid} and {@code getpagesize} cannot fail and are neither recorded nor counted.
 *
 * <p>Threads: thread-safe; calls are made outside of the lock.
 */
public final class FaultySystemCalls {

    /**
     * A call that was made, or would have been.
     *
     * @param number the first is 1
     * @param name the function in the spelling of its manual, {@code ioctl} for example
     * @param fd its descriptor, -1 if it has none
     * @param request the request of an {@code ioctl}, the command of an {@code fcntl}, the operation of an
     *     {@code epoll_ctl}, else 0
     * @param subject the path or name it was given, or empty
     */
    public record Call(int number, String name, int fd, long request, String subject) {
        /** Whether it is the call of this name. */
        public boolean is(String function) {
            return name.equals(function);
        }

        /** Whether it is this {@code ioctl}. */
        public boolean isIoctl(long code) {
            return is("ioctl") && request == code;
        }
    }

    private static final class Rule {
        private final Predicate<Call> which;
        private final int errno;
        private final boolean forever;
        private int skip;
        private boolean spent;

        private Rule(Predicate<Call> which, int skip, int errno, boolean forever) {
            this.which = which;
            this.skip = skip;
            this.errno = errno;
            this.forever = forever;
        }

        private boolean fails(Call call) {
            if (spent || !which.test(call) || skip-- > 0) {
                return false;
            }
            skip = 0;
            spent = !forever;
            return true;
        }
    }

    private final SystemCalls systemCalls;
    private final List<Call> calls = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private int injected;

    private FaultySystemCalls(SystemCalls real) {
        systemCalls = new RecordedCalls(real, this);
    }

    /** Recorded calls of this machine's kernel, none of which fails yet. */
    public static FaultySystemCalls linux() {
        return new FaultySystemCalls(SystemCalls.linux());
    }

    /** Has a context make these calls: {@code Vfio.create(calls.setting())}. */
    public Setting setting() {
        return new CallsSetting(systemCalls);
    }

    SystemCalls systemCalls() {
        return systemCalls;
    }

    /**
     * Makes one call fail.
     *
     * @param n 1 is the next call
     * @param errno a positive errno
     */
    public synchronized void failCall(int n, int errno) {
        failMatch(call -> true, n, errno);
    }

    /**
     * Makes one of the calls that match fail.
     *
     * @param which the calls to count
     * @param n 1 is the next call that matches
     * @param errno a positive errno
     */
    public synchronized void failMatch(Predicate<Call> which, int n, int errno) {
        rules.add(new Rule(which, n - 1, errno, false));
    }

    /** Makes every call that matches fail, until {@link #heal}. */
    public synchronized void failAll(Predicate<Call> which, int errno) {
        rules.add(new Rule(which, 0, errno, true));
    }

    /** Makes nothing fail any more. The record stays. */
    public synchronized void heal() {
        rules.clear();
    }

    /** All calls so far, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** How many calls were made to fail. */
    public synchronized int injected() {
        return injected;
    }

    /** The errno to fail with, or 0. */
    synchronized int record(String name, int fd, long request, String subject) {
        Call call = new Call(calls.size() + 1, name, fd, request, subject);
        calls.add(call);
        for (Rule rule : rules) {
            if (rule.fails(call)) {
                injected++;
                return rule.errno;
            }
        }
        return 0;
    }
}
