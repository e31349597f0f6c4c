// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** By its group. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = NoIommuMode.class, names = "GROUP")
@Tag(LabParts.NEEDS_NO_IOMMU)
final class NoIommuDeviceKernelIT extends NoIommuDeviceContract {}
