// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.internal.sys.SystemCalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The machine's real system calls, through which a test learns that one is about to be made, or makes one fail.
 *
 * <p>Threads: thread-safe.
 */
final class ObservedCalls {

    /** Looks at a call before it is made. */
    @FunctionalInterface
    interface Observer {
        /** A negative errno makes the call fail; 0 lets it pass. */
        int before(String method);
    }

    private ObservedCalls() {}

    /** The real calls behind an observer. */
    static SystemCalls with(Observer observer) {
        SystemCalls real = SystemCalls.linux();
        return (SystemCalls) Proxy.newProxyInstance(
                SystemCalls.class.getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, method, arguments) -> {
                    int failure = observer.before(method.getName());
                    if (failure < 0) {
                        return method.getReturnType() == long.class ? (Object) (long) failure : (Object) failure;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Real calls of which the nth of one name fails. */
    static SystemCalls failing(String name, int n, int errno) {
        AtomicInteger seen = new AtomicInteger();
        return with(method -> method.equals(name) && seen.incrementAndGet() == n ? -errno : 0);
    }
}
