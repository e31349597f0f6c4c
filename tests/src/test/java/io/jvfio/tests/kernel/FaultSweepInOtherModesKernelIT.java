// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

/** With the other containers. */
@InTheOtherModes
final class FaultSweepInOtherModesKernelIT extends FaultSweepContract {}
