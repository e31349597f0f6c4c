// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

/**
 * Registers that are reached by ACCESS_REG.
 *
 * <p>Threads: constants.
 */
public final class AccessRegister {
    /** A port's state, administrative and operational. */
    public static final int PAOS = 0x5006;

    /** The byte order of the host: first byte 0 for little-endian, 0x80 for big-endian. */
    public static final int HOST_ENDIANNESS = 0x7004;

    /** Default time-outs. */
    public static final int DTOR = 0xc00e;

    /** Of PAOS's data: what was asked for, 1 up, 2 down. */
    public static final WordBits PAOS_ADMIN = WordBits.at(0x00, 11, 8);

    /** Of PAOS's data: what is, 1 up, 2 down. */
    public static final WordBits PAOS_OPER = WordBits.at(0x00, 3, 0);

    /** A port's state. */
    public static final int UP = 1;

    /** A port's state. */
    public static final int DOWN = 2;

    private AccessRegister() {}
}
