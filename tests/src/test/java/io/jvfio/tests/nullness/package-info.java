// SPDX-License-Identifier: Apache-2.0

/** Null where none belongs. */
package io.jvfio.tests.nullness;
