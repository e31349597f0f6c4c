// SPDX-License-Identifier: Apache-2.0
/** Functions of IBM Z: the layer on invented ones. */
@NullMarked
package io.jvfio.tests.zpci;

import org.jspecify.annotations.NullMarked;
