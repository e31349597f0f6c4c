// SPDX-License-Identifier: Apache-2.0
/**
 * What a vendor's extension of a device, and a model of one, are built from, and how a device is matched with
 * what drives it.
 */
package io.jvfio.variant;
