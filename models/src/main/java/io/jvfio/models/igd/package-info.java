// SPDX-License-Identifier: Apache-2.0

/** {@code model:igd}: Intel graphics as far as VFIO and firmware see them. */
package io.jvfio.models.igd;
