// SPDX-License-Identifier: Apache-2.0
/** Mapped registers that stop answering: decoding off, sleep, reset, close. The JVM lives and says what happened. */
@NullMarked
package io.jvfio.tests.faults;

import org.jspecify.annotations.NullMarked;
