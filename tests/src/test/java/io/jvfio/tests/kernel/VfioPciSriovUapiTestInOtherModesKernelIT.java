// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;

/** The cases with the other containers. */
@InTheOtherModes
@Tag(LabParts.NEEDS_IGB)
final class VfioPciSriovUapiTestInOtherModesKernelIT extends VfioPciSriovUapiContract {}
