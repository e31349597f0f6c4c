// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;

/** By group and by cdev: the system calls of all containers are the same. */
@InBothInterfaces
@Tag(LabParts.NEEDS_EDU)
final class FaultSweepKernelIT extends FaultSweepContract {}
