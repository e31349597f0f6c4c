// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** An operation that a quick run leaves out: it differs from one that is in it by a number only, or takes long. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface WholeRun {}
