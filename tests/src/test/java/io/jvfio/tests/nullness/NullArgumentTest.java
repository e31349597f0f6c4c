// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nullness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever passes null where none belongs is told at once. Each public constructor, static method, and method of the types
 * that {@link Samples} has one of, gets null for one argument after the other.
 */
final class NullArgumentTest {
    private static final int FEWEST = 100;

    static Stream<Arguments> places() {
        return Api.executables().stream()
                .flatMap(executable -> places(executable).stream())
                .map(place -> Arguments.argumentSet(place.toString(), place));
    }

    @ParameterizedTest
    @MethodSource("places")
    void null_is_refused(Place place) {
        Throwable thrown = catchThrowable(place::call);
        assertThat(thrown).as("%s", place).isInstanceOf(NullPointerException.class);
    }

    @Test
    void the_test_reaches_the_api() {
        assertThat(places().count()).isGreaterThan(FEWEST);
    }

    private static List<Place> places(Executable executable) {
        List<Place> places = new ArrayList<>();
        Parameter[] parameters = executable.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            boolean reference = !parameters[i].getType().isPrimitive();
            if (reference && !parameters[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                places.add(new Place(executable, i));
            }
        }
        return places;
    }

    /** One parameter of one method or constructor. */
    record Place(Executable executable, int index) {
        void call() throws Throwable {
            Object[] arguments = Samples.of(executable.getParameterTypes());
            arguments[index] = null;
            try {
                switch (executable) {
                    case Constructor<?> constructor -> constructor.newInstance(arguments);
                    case Method method -> method.invoke(Samples.receiver(method), arguments);
                }
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @Override
        public String toString() {
            return executable.getDeclaringClass().getSimpleName() + "." + executable.getName() + ": "
                    + executable.getParameters()[index].getName();
        }
    }
}
