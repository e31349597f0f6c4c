// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A question that takes a function which VFIO has and this process may open; it is left out, with a note, where none is. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface NeedsVfio {}
