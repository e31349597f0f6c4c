// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

/** By group and by cdev: the system calls of all containers are the same. */
@InBothInterfaces
final class FaultSweepKernelIT extends FaultSweepContract {}
