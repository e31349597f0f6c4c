// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;

/**
 * Where the words of commands are: those of every command, and those of single ones. Offsets are from the start of the
 * input or output.
 *
 * <p>Threads: constants.
 */
public final class CommandWords {
    /** Input: see {@link io.jvfio.vendor.mlx.spec.Opcode}. */
    public static final WordBits OPCODE = WordBits.at(0x00, 31, 16);

    /** Input: on whose behalf, 0 for the driver itself. */
    public static final WordBits UID = WordBits.at(0x00, 15, 0);

    /** Input: a variety of the command. */
    public static final WordBits MODIFIER = WordBits.at(0x04, 15, 0);

    /** Output: see {@link CommandStatus}. */
    public static final WordBits STATUS = WordBits.at(0x00, 31, 24);

    /** Output: the firmware's own code for what went wrong. */
    public static final BigWord32 SYNDROME = BigWord32.at(0x04);

    /** The least input and output that there is. */
    public static final int HEADER = 8;

    /** The input and output of most commands. */
    public static final int SHORT = 16;

    /** Input and output of many: the number of a resource, 24 bits. */
    public static final WordBits NUMBER = WordBits.at(0x08, 23, 0);

    /** Input and output of some: the number of an event queue. */
    public static final WordBits EQ_NUMBER = WordBits.at(0x08, 7, 0);

    /** QUERY_ISSI output, SET_ISSI input. */
    public static final WordBits ISSI = WordBits.at(0x08, 15, 0);

    /** QUERY_ISSI output: bit n for ISSI n. */
    public static final BigWord32 SUPPORTED_ISSI = BigWord32.at(0x6c);

    /** QUERY_PAGES and MANAGE_PAGES: whose pages. */
    public static final WordBits FUNCTION = WordBits.at(0x08, 15, 0);

    /** QUERY_PAGES output: how many are wanted, signed. */
    public static final BigWord32 PAGE_DEMAND = BigWord32.at(0x0c);

    /** MANAGE_PAGES input: how many. */
    public static final BigWord32 PAGES_IN = BigWord32.at(0x0c);

    /** MANAGE_PAGES output: how many. */
    public static final BigWord32 PAGES_OUT = BigWord32.at(0x08);

    /** MANAGE_PAGES: where addresses start, 8 bytes each. */
    public static final int PAGES_AT = 0x10;

    /** {@link #MODIFIER} of QUERY_PAGES: for booting. */
    public static final int PAGES_BOOT = 1;

    /** {@link #MODIFIER} of QUERY_PAGES: for INIT_HCA. */
    public static final int PAGES_INIT = 2;

    /** {@link #MODIFIER} of QUERY_PAGES: while running. */
    public static final int PAGES_REGULAR = 3;

    /** {@link #MODIFIER} of MANAGE_PAGES: there are none to give. */
    public static final int PAGES_REFUSE = 0;

    /** {@link #MODIFIER} of MANAGE_PAGES. */
    public static final int PAGES_GIVE = 1;

    /** {@link #MODIFIER} of MANAGE_PAGES. */
    public static final int PAGES_TAKE = 2;

    /** QUERY_HCA_CAP output, SET_HCA_CAP input: where the capabilities start. */
    public static final int CAPABILITIES_AT = 0x10;

    /** How long QUERY_HCA_CAP's output and SET_HCA_CAP's input are. */
    public static final int CAPABILITIES_LENGTH = 0x1010;

    /** TEARDOWN_HCA input. */
    public static final WordBits TEARDOWN_PROFILE = WordBits.at(0x08, 15, 0);

    /** TEARDOWN_HCA output: 0 done, 1 failed. */
    public static final WordBits TEARDOWN_STATE = WordBits.bit(0x0c, 0);

    /** {@link #TEARDOWN_PROFILE}. */
    public static final int TEARDOWN_GRACEFUL = 0;

    /** {@link #TEARDOWN_PROFILE}. */
    public static final int TEARDOWN_FORCE = 1;

    /** {@link #TEARDOWN_PROFILE}: what {@link InitSegment#NIC_DISABLED} completes. */
    public static final int TEARDOWN_FAST = 2;

    /** ACCESS_REG input: which register. */
    public static final WordBits REGISTER = WordBits.at(0x08, 15, 0);

    /** ACCESS_REG input: more of which register. */
    public static final BigWord32 REGISTER_ARGUMENT = BigWord32.at(0x0c);

    /** ACCESS_REG: where its bytes start. */
    public static final int REGISTER_AT = 0x10;

    /** {@link #MODIFIER} of ACCESS_REG. */
    public static final int REGISTER_WRITE = 0;

    /** {@link #MODIFIER} of ACCESS_REG. */
    public static final int REGISTER_READ = 1;

    /** QUERY_ADAPTER output: the board's PSID, 16 ASCII characters. */
    public static final int PSID_AT = 0x100;

    /** QUERY_VPORT_STATE output: 0 down, 1 up. */
    public static final WordBits VPORT_STATE = WordBits.at(0x0c, 3, 0);

    /** QUERY_VPORT_STATE output, MODIFY_VPORT_STATE input. */
    public static final WordBits VPORT_ADMIN = WordBits.at(0x0c, 7, 4);

    /** CREATE_UMEM input: its pages have 4096 bytes shifted left by this. */
    public static final WordBits UMEM_LOG_PAGE = WordBits.at(0x20, 4, 0);

    /** CREATE_UMEM input: where in its first page it starts. */
    public static final BigWord32 UMEM_PAGE_OFFSET = BigWord32.at(0x24);

    /** CREATE_UMEM input: how many pages. */
    public static final BigWord64 UMEM_PAGES = BigWord64.at(0x28);

    /** CREATE_UMEM input: where the addresses of its pages start. */
    public static final int UMEM_PAGES_AT = 0x30;

    /** CREATE_TIS input: the transport domain. */
    public static final WordBits TIS_DOMAIN = WordBits.at(0x44, 23, 0);

    /** CREATE_MKEY input: the protection domain. */
    public static final WordBits MKEY_PD = WordBits.at(0x1c, 23, 0);

    private CommandWords() {}
}
