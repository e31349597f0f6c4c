// SPDX-License-Identifier: Apache-2.0
/** What a vendor's extension of a device, and a model of one, are built from. */
package io.jvfio.variant;
