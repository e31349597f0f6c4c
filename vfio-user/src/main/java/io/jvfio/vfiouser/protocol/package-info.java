// SPDX-License-Identifier: Apache-2.0
/**
 * The vfio-user protocol as it is on the wire: messages, their payloads in both directions, capabilities and their
 * negotiation, and the channel that carries them. One codec serves the client and the server.
 *
 * <p>Nothing that a peer says is believed before it has been checked: each {@code read} throws a
 * {@link ProtocolException} with the errno to answer. Integers are in the machine's byte order, as the specification has
 * it ({@code docs/interop/vfio-user.rst} of QEMU).
 */
package io.jvfio.vfiouser.protocol;
