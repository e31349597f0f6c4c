// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.reflect.Proxy;

/** A descriptor of no file, and how often it was closed. Threads: as the descriptor's; the count is plain on purpose. */
final class CountedCloses {
    private static final int NUMBER = 1_000_000;

    final Descriptor descriptor = Descriptor.of(counting(), NUMBER, "open", "stress");

    int closes;

    private SystemCalls counting() {
        Class<?>[] types = {SystemCalls.class};
        return (SystemCalls) Proxy.newProxyInstance(SystemCalls.class.getClassLoader(), types, (self, method, args) -> {
            if (!method.getName().equals("close")) {
                throw new UnsupportedOperationException(method.getName());
            }
            closes++;
            return 0;
        });
    }
}
