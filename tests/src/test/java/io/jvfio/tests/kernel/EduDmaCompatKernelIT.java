// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** By the containers that an iommufd stands in for, whose maps the contract of address spaces tests. */
@Tag("long")
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"COMPAT_TYPE1", "COMPAT_TYPE1V2"})
@Tag(LabParts.NEEDS_EDU)
final class EduDmaCompatKernelIT extends EduLabMapsContract {}
