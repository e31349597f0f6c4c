// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/**
 * A vector as errors and events name it: {@code 0000:01:00.0 MSI-X vector 3}.
 *
 * <p>Threads: immutable.
 */
record VectorName(String subject, InterruptType type, int vector) {
    @Override
    public String toString() {
        return subject + " " + type + " vector " + vector;
    }
}
