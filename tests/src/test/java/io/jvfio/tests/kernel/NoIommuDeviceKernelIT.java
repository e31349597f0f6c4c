// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** By its group. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = NoIommuMode.class, names = "GROUP")
final class NoIommuDeviceKernelIT extends NoIommuDeviceContract {}
