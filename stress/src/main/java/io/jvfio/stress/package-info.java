// SPDX-License-Identifier: Apache-2.0
/** What several threads may do at once, tried with jcstress. One class per claim. */
@NullMarked
package io.jvfio.stress;

import org.jspecify.annotations.NullMarked;
