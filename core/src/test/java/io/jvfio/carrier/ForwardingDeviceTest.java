// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.VfioDevice;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A device that forwards leaves nothing to a default and nothing to chance. */
class ForwardingDeviceTest {
    private final List<String> called = new ArrayList<>();

    /** What only a test knows. */
    private static final class Probe {}

    private final Probe probe = new Probe();

    /** Notes each call, and answers abilities with the probe. */
    private final VfioDevice below = (VfioDevice) Proxy.newProxyInstance(
            VfioDevice.class.getClassLoader(), new Class<?>[] {VfioDevice.class}, (self, method, arguments) -> {
                called.add(method.getName());
                Class<?> result = method.getReturnType();
                return switch (method.getName()) {
                    case "ability" -> arguments[0] == Probe.class ? Optional.of(probe) : Optional.empty();
                    case "toString" -> "the device below";
                    default ->
                        result == long.class
                                ? (Object) 7L
                                : result == int.class ? 7 : result == Optional.class ? Optional.empty() : null;
                };
            });

    static List<Method> operations() {
        return Arrays.stream(VfioDevice.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void each_operation_is_overridden_and_goes_below_once(Method operation)
            throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        Method own = ForwardingDevice.class.getMethod(operation.getName(), operation.getParameterTypes());
        assertThat(own.getDeclaringClass()).isEqualTo(ForwardingDevice.class);
        Object[] arguments = Arrays.stream(operation.getParameterTypes())
                .map(type -> type == int.class ? (Object) 0 : type == long.class ? (Object) 0L : null)
                .toArray();
        if (operation.getName().equals("ability")) {
            arguments[0] = Runnable.class;
        }
        own.invoke(new ForwardingDevice(below), arguments);
        assertThat(called).containsExactly(operation.getName());
    }

    @Test
    void an_ability_of_a_type_that_nobody_knows_comes_back_as_the_same_object() {
        assertThat(new ForwardingDevice(below).ability(Probe.class)).containsSame(probe);
        assertThat(new ForwardingDevice(below)).hasToString("the device below");
    }
}
