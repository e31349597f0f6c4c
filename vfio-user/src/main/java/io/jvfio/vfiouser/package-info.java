// SPDX-License-Identifier: Apache-2.0
/** The vfio-user protocol: a client that is a carrier, and a server for any device. */
package io.jvfio.vfiouser;
