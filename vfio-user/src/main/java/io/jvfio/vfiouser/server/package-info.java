// SPDX-License-Identifier: Apache-2.0
/** Serves any device to vfio-user clients: QEMU, other programs, and this project's own client. */
package io.jvfio.vfiouser.server;
