// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs a class once with a group and once with an iommufd: for what depends on how a device is opened, and not on what is
 * behind its container. {@link InTheOtherModes} has the rest.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1V2", "IOMMUFD"})
@interface InBothInterfaces {}
