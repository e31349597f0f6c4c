// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same devices by the other interface, and the other devices by both. */
@Tag("long")
@ParameterizedClass(name = "[mode={0}] {1}")
@MethodSource("everyDevice")
final class EachDeviceOtherwiseKernelIT extends EachDevice {
    static Stream<Arguments> everyDevice() {
        return named("contract.long");
    }
}
