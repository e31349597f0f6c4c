// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.internal.sys.SystemCalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The real system calls, of which one fails. */
final class FailingCalls {
    private final SystemCalls real = SystemCalls.linux();
    private final List<String> made = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger(-1);
    private int errno;
    private String observed = "";
    private Runnable observer = () -> {};

    /** Makes the call after the next {@code skip} ones fail, once. */
    void failAfter(int skip, int error) {
        errno = error;
        left.set(skip);
    }

    /** Runs something right after each call of this name. */
    void after(String call, Runnable action) {
        observed = call;
        observer = action;
    }

    /** The names of the calls made. */
    synchronized List<String> made() {
        return List.copyOf(made);
    }

    SystemCalls calls() {
        return (SystemCalls) Proxy.newProxyInstance(
                SystemCalls.class.getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, method, arguments) -> {
                    String name = method.getName();
                    // These have no failure to report, and what undoes an earlier step is not what is tested.
                    boolean fails = !name.equals("pageSize") && !name.equals("close") && !name.equals("munmap");
                    if (fails) {
                        synchronized (this) {
                            made.add(name);
                        }
                        if (left.getAndDecrement() == 0) {
                            return method.getReturnType() == int.class ? (Object) (-errno) : (Object) (long) -errno;
                        }
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        if (name.equals(observed)) {
                            observer.run();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
