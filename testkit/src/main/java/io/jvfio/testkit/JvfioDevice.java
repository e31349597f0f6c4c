// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.device.OpenOptions.IommuChoice;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Opens a device for a test and closes it afterwards. On a parameter of a test, of a lifecycle method or of a constructor
 * it names the device for that parameter; on a class it names the one for every parameter of the class that is a
 * {@link io.jvfio.pci.PciDevice} or a {@link io.jvfio.device.VfioDevice} and has no annotation of its own.
 *
 * <pre>{@code
 * @Test
 * void the_device_answers(@JvfioDevice("0000:00:04.0") PciDevice edu) {
 *     assertThat(edu.config().vendorId()).isEqualTo(0x1234);
 * }
 * }</pre>
 *
 * <p>Parameters of one test method share a context. A device that is closed by the test itself is not closed again. After
 * the test nothing of the device may be left open, mapped or locked; if something is, the test fails.
 *
 * <p>Threads: immutable.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.TYPE})
@ExtendWith(JvfioDeviceExtension.class)
public @interface JvfioDevice {

    /** The device's locator, as {@link io.jvfio.DeviceLocator#parse} reads it. */
    String value();

    /** How to open a device of the kernel. */
    IommuChoice iommu() default IommuChoice.AUTO;

    /**
     * Whether a device that is not there, or that this process may not open, skips the test and says why. By default it
     * fails the test: a broken set-up must not look like success. JUnit lets a parameter of a constructor only fail.
     */
    boolean optional() default false;
}
