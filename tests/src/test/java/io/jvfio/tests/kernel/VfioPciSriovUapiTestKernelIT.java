// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;

/** The cases by group and by cdev: the token is checked where the device is opened. */
@InBothInterfaces
@Tag(LabParts.NEEDS_IGB)
final class VfioPciSriovUapiTestKernelIT extends VfioPciSriovUapiContract {}
