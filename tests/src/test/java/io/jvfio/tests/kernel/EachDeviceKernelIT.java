// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** On x86-64 one function of a group of several, and a mediated device; the others take long. */
@ParameterizedClass(name = "[mode={0}] {1}")
@MethodSource("everyDevice")
@Tag("quick")
final class EachDeviceKernelIT extends EachDevice {
    static Stream<Arguments> everyDevice() {
        return named("contract");
    }
}
