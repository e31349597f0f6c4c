// SPDX-License-Identifier: Apache-2.0
/** Intel graphics: the variant on its model. */
@NullMarked
package io.jvfio.tests.igd;

import org.jspecify.annotations.NullMarked;
