// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** By VFIO's own containers and by an iommufd. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1", "TYPE1V2", "IOMMUFD"})
@Tag(LabParts.NEEDS_EDU)
final class EduDeviceKernelIT extends EduLabDeviceContract {}
