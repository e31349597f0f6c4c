// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One function of a group of several, and a mediated device; the others take long. */
@ParameterizedClass(name = "[mode={0}] {1}")
@MethodSource("everyDevice")
final class EachDeviceKernelIT extends EachDevice {
    static Stream<Arguments> everyDevice() {
        return Stream.of(
                Arguments.of(AccessMode.TYPE1V2, Device.GROUPED_EDU), Arguments.of(AccessMode.IOMMUFD, Device.MBOCHS));
    }
}
