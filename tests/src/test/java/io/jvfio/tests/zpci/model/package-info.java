// SPDX-License-Identifier: Apache-2.0
/** Models as zPCI functions: the contracts that every device keeps, and the platform's layer on top. */
@NullMarked
package io.jvfio.tests.zpci.model;

import org.jspecify.annotations.NullMarked;
