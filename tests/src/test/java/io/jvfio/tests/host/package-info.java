// SPDX-License-Identifier: Apache-2.0
/** The host's view, as a real kernel shows it. */
@NullMarked
package io.jvfio.tests.host;

import org.jspecify.annotations.NullMarked;
