// SPDX-License-Identifier: Apache-2.0
/** The commands that give a device to other programs over a socket. */
package io.jvfio.cli.serve;
