// SPDX-License-Identifier: Apache-2.0
/** Config space taken apart, compared with what others say of the same function. */
@NullMarked
package io.jvfio.tests.config;

import org.jspecify.annotations.NullMarked;
