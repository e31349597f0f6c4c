// SPDX-License-Identifier: Apache-2.0

/**
 * IBM Z under a device: the layer that says what the platform knows of a PCI function, keeps drivers within its limits, and
 * tells its errors. It lies below every variant, whoever made the function.
 */
package io.jvfio.platform.zpci;
