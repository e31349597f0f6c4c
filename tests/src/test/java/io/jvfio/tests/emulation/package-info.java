// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.jvfio.tests.emulation;

import org.jspecify.annotations.NullMarked;
