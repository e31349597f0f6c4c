// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.Hex;

/**
 * The commands of mlx5, by the names that Linux gives them.
 *
 * <p>Threads: immutable.
 */
public enum Opcode {
    QUERY_HCA_CAP(0x100),
    QUERY_ADAPTER(0x101),
    INIT_HCA(0x102),
    TEARDOWN_HCA(0x103),
    ENABLE_HCA(0x104),
    DISABLE_HCA(0x105),
    QUERY_PAGES(0x107),
    MANAGE_PAGES(0x108),
    SET_HCA_CAP(0x109),
    QUERY_ISSI(0x10a),
    SET_ISSI(0x10b),
    SET_DRIVER_VERSION(0x10d),
    CREATE_MKEY(0x200),
    DESTROY_MKEY(0x202),
    QUERY_SPECIAL_CONTEXTS(0x203),
    CREATE_EQ(0x301),
    DESTROY_EQ(0x302),
    QUERY_EQ(0x303),
    GEN_EQE(0x304),
    CREATE_CQ(0x400),
    DESTROY_CQ(0x401),
    QUERY_CQ(0x402),
    MODIFY_CQ(0x403),
    QUERY_VPORT_STATE(0x750),
    MODIFY_VPORT_STATE(0x751),
    QUERY_NIC_VPORT_CONTEXT(0x754),
    MODIFY_NIC_VPORT_CONTEXT(0x755),
    ALLOC_PD(0x800),
    DEALLOC_PD(0x801),
    ALLOC_UAR(0x802),
    DEALLOC_UAR(0x803),
    ACCESS_REG(0x805),
    NOP(0x80d),
    ALLOC_TRANSPORT_DOMAIN(0x816),
    DEALLOC_TRANSPORT_DOMAIN(0x817),
    CREATE_SQ(0x904),
    MODIFY_SQ(0x905),
    DESTROY_SQ(0x906),
    QUERY_SQ(0x907),
    CREATE_TIS(0x912),
    DESTROY_TIS(0x914),
    CREATE_UMEM(0xa08),
    DESTROY_UMEM(0xa0a);

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    /** What is written into the command's first 16 bits. */
    public int code() {
        return code;
    }

    /** The name of a command, or its number if it is none of these. */
    public static String text(int code) {
        for (Opcode opcode : values()) {
            if (opcode.code == code) {
                return opcode.name();
            }
        }
        return "command " + Hex.of(code);
    }

    /** {@code ENABLE_HCA (0x104)}. */
    @Override
    public String toString() {
        return name() + " (" + Hex.of(code) + ")";
    }
}
