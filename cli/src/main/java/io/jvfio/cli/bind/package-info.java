// SPDX-License-Identifier: Apache-2.0
/** The commands that change which kernel driver a device has, and those that explain the choice. */
package io.jvfio.cli.bind;
