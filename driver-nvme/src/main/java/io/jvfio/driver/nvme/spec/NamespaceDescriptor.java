// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Word8;

/**
 * An entry of the list of a namespace's identifiers (figure 249): a header, and an identifier in big-endian order. A
 * header of length 0 ends the list.
 *
 * <p>Threads: constants.
 */
public final class NamespaceDescriptor {
    /** The kind: {@link #EUI64}, {@link #NGUID} or {@link #UUID}. */
    public static final Word8 TYPE = Word8.at(0);

    /** The identifier's size in bytes. */
    public static final Word8 LENGTH = Word8.at(1);

    /** Where the identifier starts, in bytes. */
    public static final int IDENTIFIER = 4;

    /** Value of {@link #TYPE}: 8 bytes. */
    public static final int EUI64 = 1;

    /** Value of {@link #TYPE}: 16 bytes. */
    public static final int NGUID = 2;

    /** Value of {@link #TYPE}: 16 bytes. */
    public static final int UUID = 3;

    private NamespaceDescriptor() {}
}
