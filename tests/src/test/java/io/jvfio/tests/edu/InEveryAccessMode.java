// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.tests.lab.AccessMode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs a class once for each {@link AccessMode} that has an IOMMU. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = AccessMode.class, mode = EnumSource.Mode.EXCLUDE, names = "NOIOMMU")
@interface InEveryAccessMode {}
