// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * The general capabilities, by the names that Linux gives them, in the order in which they lie.
 *
 * <p>Threads: immutable.
 */
public enum GeneralCapability {
    PAGE_REQUEST_DISABLE(0x00, 25, 25),
    ABS_NATIVE_PORT_NUM(0x00, 24, 24),
    VHCA_RESOURCE_MANAGER(0x00, 0, 0),
    HCA_CAP_2(0x04, 31, 31),
    DTOR(0x04, 29, 29),
    VHCA_ID(0x04, 15, 0),
    LOG_MAX_SRQ_SZ(0x10, 31, 24),
    LOG_MAX_QP_SZ(0x10, 23, 16),
    EVENT_CAP(0x10, 15, 15),
    LOG_MAX_QP(0x10, 4, 0),
    LOG_MAX_SRQ(0x14, 20, 16),
    LOG_MAX_CQ_SZ(0x18, 23, 16),
    LOG_MAX_CQ(0x18, 4, 0),
    LOG_MAX_EQ_SZ(0x1c, 31, 24),
    RELAXED_ORDERING_WRITE(0x1c, 23, 23),
    LOG_MAX_MKEY(0x1c, 21, 16),
    DUMP_FILL_MKEY(0x1c, 7, 7),
    FAST_TEARDOWN(0x1c, 4, 4),
    LOG_MAX_EQ(0x1c, 3, 0),
    MAX_INDIRECTION(0x20, 31, 24),
    LOG_MAX_MRW_SZ(0x20, 22, 16),
    FORCE_TEARDOWN(0x20, 15, 15),
    NULL_MKEY(0x20, 6, 6),
    LOG_MAX_KLM_LIST_SIZE(0x20, 5, 0),
    RELEASE_ALL_PAGES(0x28, 26, 26),
    CACHE_LINE_128BYTE(0x2c, 27, 27),
    QCAM_REG(0x2c, 16, 16),
    GID_TABLE_SIZE(0x2c, 15, 0),
    DEBUG(0x30, 28, 28),
    PKEY_TABLE_SIZE(0x30, 15, 0),
    VPORT_GROUP_MANAGER(0x34, 31, 31),
    VHCA_GROUP_MANAGER(0x34, 30, 30),
    ETS(0x34, 26, 26),
    NIC_FLOW_TABLE(0x34, 25, 25),
    ESWITCH_MANAGER(0x34, 24, 24),
    DEVICE_MEMORY(0x34, 23, 23),
    MCAM_REG(0x34, 22, 22),
    PCAM_REG(0x34, 21, 21),
    LOCAL_CA_ACK_DELAY(0x34, 20, 16),
    PORT_MODULE_EVENT(0x34, 15, 15),
    DISABLE_LINK_UP(0x34, 11, 11),
    PORT_TYPE(0x34, 9, 8),
    NUM_PORTS(0x34, 7, 0),
    PPS(0x38, 30, 30),
    LOG_MAX_MSG(0x38, 28, 24),
    MAX_TC(0x38, 19, 16),
    TEMP_WARN_EVENT(0x38, 15, 15),
    DCBX(0x38, 14, 14),
    GENERAL_NOTIFICATION_EVENT(0x38, 13, 13),
    FPGA(0x38, 10, 10),
    WOL_G(0x38, 5, 5),
    STAT_RATE_SUPPORT(0x3c, 31, 16),
    PCI_SYNC_FOR_FW_UPDATE_EVENT(0x3c, 14, 14),
    CQE_VERSION(0x3c, 3, 0),
    COMPACT_ADDRESS_VECTOR(0x40, 31, 31),
    CMDIF_CHECKSUM(0x40, 15, 14),
    WQ_SIGNATURE(0x40, 11, 11),
    SHO(0x40, 8, 8),
    DCT(0x40, 5, 5),
    QOS(0x40, 4, 4),
    ETH_NET_OFFLOADS(0x40, 3, 3),
    ROCE(0x40, 2, 2),
    ATOMIC(0x40, 1, 1),
    CQ_OI(0x44, 31, 31),
    CQ_RESIZE(0x44, 30, 30),
    CQ_MODERATION(0x44, 29, 29),
    PG(0x44, 24, 24),
    CD(0x44, 19, 19),
    APM(0x44, 17, 17),
    XRC(0x44, 3, 3),
    UD(0x44, 2, 2),
    UC(0x44, 1, 1),
    RC(0x44, 0, 0),
    UAR_4K(0x48, 31, 31),
    UAR_SZ(0x48, 21, 16),
    UMEM_UID_0(0x48, 13, 13),
    LOG_PG_SZ(0x48, 7, 0),
    BF(0x4c, 31, 31),
    DRIVER_VERSION(0x4c, 30, 30),
    MKEY_BY_NAME(0x4c, 25, 25),
    LOG_BF_REG_SIZE(0x4c, 20, 16),
    MAX_WQE_SZ_SQ(0x50, 15, 0),
    ICM_MNG_FUNCTION_ID_MODE(0x54, 31, 31),
    MAX_WQE_SZ_RQ(0x54, 15, 0),
    MAX_QP_MCG(0x5c, 24, 0),
    LOG_MAX_MCG(0x60, 7, 0),
    LOG_MAX_TRANSPORT_DOMAIN(0x64, 28, 24),
    RELAXED_ORDERING_READ(0x64, 21, 21),
    LOG_MAX_PD(0x64, 20, 16),
    PCIE_RESET_USING_HOTRESET_METHOD(0x64, 10, 10),
    LOG_MAX_XRCD(0x64, 4, 0),
    LOG_MAX_RQ(0x6c, 28, 24),
    LOG_MAX_SQ(0x6c, 20, 16),
    LOG_MAX_TIR(0x6c, 12, 8),
    LOG_MAX_TIS(0x6c, 4, 0),
    LOG_MAX_RMP(0x70, 28, 24),
    LOG_MAX_RQT(0x70, 20, 16),
    LOG_MAX_RQT_SIZE(0x70, 12, 8),
    ROCE_RW_SUPPORTED(0x74, 30, 30),
    HAIRPIN(0x78, 31, 31),
    LOG_MAX_HAIRPIN_QUEUES(0x78, 28, 24),
    LOG_MAX_WQ_SZ(0x78, 4, 0),
    VHCA_STATE(0x7c, 21, 21),
    LOG_MAX_VLAN_LIST(0x7c, 20, 16),
    LOG_MAX_CURRENT_MC_LIST(0x7c, 12, 8),
    LOG_MAX_CURRENT_UC_LIST(0x7c, 4, 0),
    SQ_TS_FORMAT(0x88, 31, 30),
    LOG_MAX_UCTX(0x8c, 28, 24),
    CRYPTO(0x8c, 22, 22),
    IPSEC_OFFLOAD(0x8c, 21, 21),
    LOG_MAX_UMEM(0x8c, 20, 16),
    MAX_NUM_EQS(0x8c, 15, 0),
    TLS_TX(0x90, 30, 30),
    TLS_RX(0x90, 29, 29),
    LOG_MAX_L2_TABLE(0x90, 28, 24),
    LOG_UAR_PAGE_SZ(0x90, 15, 0),
    DEVICE_FREQUENCY_MHZ(0x98, 31, 0),
    DEVICE_FREQUENCY_KHZ(0x9c, 31, 0),
    NUM_OF_UARS_PER_PAGE(0xa4, 31, 0),
    ADV_RDMA(0xac, 14, 14),
    ADV_VIRTUALIZATION(0xac, 6, 6),
    CQE_128_ALWAYS(0xb4, 2, 2),
    CQE_COMPRESSION(0xb4, 0, 0),
    TAG_MATCHING(0xbc, 15, 15),
    NATIVE_PORT_NUM(0xc0, 23, 16),
    NUM_VHCA_PORTS(0xc0, 15, 8),
    SW_OWNER_ID(0xc0, 1, 1),
    MAX_NUM_SF(0xc8, 31, 16),
    SF(0xd0, 31, 31),
    LOG_MAX_SF(0xd0, 28, 24),
    MIGRATION(0xd0, 18, 18),
    UCTX_CAP(0xd4, 31, 0),
    NUM_TOTAL_DYNAMIC_VF_MSIX(0xe0, 23, 0),
    DYNAMIC_MSIX_TABLE_SIZE(0xe4, 11, 0),
    MIN_DYNAMIC_VF_MSIX_TABLE_SIZE(0xe8, 19, 16),
    DATA_DIRECT(0xe8, 13, 13),
    MAX_DYNAMIC_VF_MSIX_TABLE_SIZE(0xe8, 11, 0);

    /** How many bytes they all have. */
    public static final int SIZE = 256;

    @SuppressWarnings("ImmutableEnumChecker") // a record of records of numbers
    private final WordBits bits;

    GeneralCapability(int offset, int high, int low) {
        bits = WordBits.at(offset, high, low);
    }

    /** Where it is, from the start of the capabilities. */
    public WordBits bits() {
        return bits;
    }

    /** Linux's name for it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its value in capabilities that start where the memory does, unsigned. */
    public int of(MemorySegment capabilities) {
        return bits.of(capabilities);
    }

    /** Writes its value. */
    public void set(MemorySegment capabilities, int value) {
        bits.set(capabilities, value);
    }
}
