// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The real system calls with one of them replaced. */
final class InterceptedCalls {
    private InterceptedCalls() {}

    /** What stands in for the call: gets its arguments, may make the real call, and returns the result. */
    @FunctionalInterface
    interface Replacement {
        Object call(Object[] arguments, Real real) throws Throwable;
    }

    /** Makes the real call. */
    @FunctionalInterface
    interface Real {
        Object make() throws Throwable;
    }

    static SystemCalls of(String method, Replacement replacement) {
        SystemCalls real = SystemCalls.linux();
        InvocationHandler handler = (proxy, called, arguments) -> {
            Real make = () -> {
                try {
                    return called.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            };
            return called.getName().equals(method) ? replacement.call(arguments, make) : make.make();
        };
        return (SystemCalls) Proxy.newProxyInstance(
                InterceptedCalls.class.getClassLoader(), new Class<?>[] {SystemCalls.class}, handler);
    }
}
