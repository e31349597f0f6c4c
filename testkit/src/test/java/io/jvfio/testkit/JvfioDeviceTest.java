// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.abortedWithReason;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.cause;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.jvfio.device.VfioDevice;
import io.jvfio.pci.PciDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.opentest4j.TestAbortedException;

/** What the extension says where it has no device to give; the kernel tests see it give some. */
final class JvfioDeviceTest {

    /** No machine has a function 7 there: a bus that high belongs to no root of an ordinary machine. */
    private static final String ABSENT = "ffffffff:fe:1d.7";

    @Test
    void a_device_that_is_not_there_fails_the_test() {
        tests(AbsentDevice.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(cause(message(text -> text.contains("no PCI function " + ABSENT))))));
    }

    @Test
    void a_device_that_is_optional_and_not_there_skips_the_test_and_says_why() {
        tests(OptionalDevice.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(abortedWithReason(
                                instanceOf(TestAbortedException.class),
                                message(text -> text.startsWith(ABSENT + " is not available: ")))));
    }

    @Test
    void a_class_names_the_device_of_all_its_parameters() {
        tests(ClassWithDevice.class)
                .assertThatEvents()
                .haveExactly(2, event(abortedWithReason(instanceOf(TestAbortedException.class))));
    }

    @Test
    void a_method_that_runs_before_each_test_skips_it_as_well() {
        tests(BeforeEachWithDevice.class)
                .assertThatEvents()
                .haveExactly(1, event(abortedWithReason(instanceOf(TestAbortedException.class))));
    }

    @Test
    void something_else_than_a_device_is_refused() {
        tests(WrongParameter.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(cause(
                                message("@JvfioDevice gives a PciDevice or a VfioDevice, no java.lang.String")))));
    }

    @Test
    void a_locator_that_is_none_fails_the_test_even_if_the_device_is_optional() {
        tests(WrongLocator.class)
                .assertThatEvents()
                .haveExactly(1, event(finishedWithFailure(cause(message(text -> text.contains("not a device"))))));
    }

    private static Events tests(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute()
                .testEvents();
    }

    static final class AbsentDevice {
        @Test
        void wants_one(@JvfioDevice(ABSENT) PciDevice device) {
            device.close();
        }
    }

    static final class OptionalDevice {
        @Test
        void wants_one(@JvfioDevice(value = ABSENT, optional = true) VfioDevice device) {
            device.close();
        }
    }

    @JvfioDevice(value = ABSENT, optional = true)
    static final class ClassWithDevice {
        @Test
        void wants_one(PciDevice device) {
            device.close();
        }

        @Test
        void wants_one_too(VfioDevice device) {
            device.close();
        }
    }

    static final class BeforeEachWithDevice {
        @BeforeEach
        void wants_one(@JvfioDevice(value = ABSENT, optional = true) PciDevice device) {
            device.close();
        }

        @Test
        void does_not_run() {
            throw new AssertionError("ran without the device");
        }
    }

    static final class WrongParameter {
        @Test
        void wants_a_word(@JvfioDevice(ABSENT) String device) {
            throw new AssertionError(device);
        }
    }

    static final class WrongLocator {
        @Test
        void wants_one(@JvfioDevice(value = "no device", optional = true) PciDevice device) {
            device.close();
        }
    }
}
