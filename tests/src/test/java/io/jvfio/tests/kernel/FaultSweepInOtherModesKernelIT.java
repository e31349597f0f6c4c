// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;

/** With the other containers. */
@InTheOtherModes
@Tag(LabParts.NEEDS_EDU)
final class FaultSweepInOtherModesKernelIT extends FaultSweepContract {}
