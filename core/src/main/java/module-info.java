// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * The contract of a VFIO device and of its address space, the carriers that the Linux kernel offers, and what driver
 * authors build on them.
 */
@NullMarked
module io.jvfio.core {
    requires static org.jspecify;
    requires jdk.jfr;
}
