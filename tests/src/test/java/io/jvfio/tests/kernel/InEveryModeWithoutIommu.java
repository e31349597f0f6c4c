// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs a class once for each {@link NoIommuMode}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(NoIommuMode.class)
@interface InEveryModeWithoutIommu {}
