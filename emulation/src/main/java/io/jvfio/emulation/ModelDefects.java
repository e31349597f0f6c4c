// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.VfioException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a model threw at accesses of its registers. Whoever made the access gets it, but may be behind a socket, which has
 * no room for more than a number: so it is logged here.
 *
 * <p>Threads: thread-safe.
 */
final class ModelDefects {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final String device;
    private final AtomicLong count = new AtomicLong();

    ModelDefects(String device) {
        this.device = device;
    }

    /**
     * Logs the first defect, the second, the fourth and so on, so that a storm of accesses is not one of log lines. An
     * errno is what a model means to answer.
     *
     * @return the failure
     */
    RuntimeException met(String access, RuntimeException failure) {
        if (!(failure instanceof VfioException)) {
            long number = count.incrementAndGet();
            if (Long.bitCount(number) == 1) {
                String text = "the model behind " + device + " failed at a " + access + ", failure " + number;
                LOG.log(System.Logger.Level.WARNING, text, failure);
            }
        }
        return failure;
    }
}
