// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import static io.jvfio.vendor.mlx.spec.GeneralCapability.*;

import io.jvfio.vendor.mlx.spec.CapabilityType;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Set;

/**
 * What the function can do, and what a driver has chosen of it. There are general capabilities, and no others that
 * are more than zeros.
 *
 * <p>Threads: one at a time.
 */
final class Capabilities {
    /** The largest queue of any kind, log2. */
    static final int LOG_QUEUE_SIZE = 16;

    /** The most of resources that need no room here. */
    static final int LOG_OBJECTS = 12;

    /** The most event queues, log2. */
    static final int LOG_EVENT_QUEUES = 6;

    private static final int CHECKSUMS = 3;
    private static final int LOG_BLUE_FLAME = 9;
    private static final int FREQUENCY_KHZ = 1_000_000;

    /** What a driver may set lower than it is, and not higher. */
    private static final Set<GeneralCapability> LIMITS =
            EnumSet.of(LOG_MAX_QP, LOG_MAX_CQ, LOG_MAX_EQ, LOG_MAX_MKEY, LOG_MAX_PD, CMDIF_CHECKSUM, FAST_TEARDOWN);

    private final MemorySegment maximum;
    private final MemorySegment current;
    private final boolean checksums;

    Capabilities(Arena arena, Mlx5Options options) {
        maximum = arena.allocate(GeneralCapability.SIZE, Long.BYTES);
        current = arena.allocate(GeneralCapability.SIZE, Long.BYTES);
        checksums = options.checksums();
        LOG_MAX_QP.set(maximum, 18);
        LOG_MAX_QP_SZ.set(maximum, LOG_QUEUE_SIZE - 1);
        LOG_MAX_CQ.set(maximum, options.logQueues());
        LOG_MAX_CQ_SZ.set(maximum, LOG_QUEUE_SIZE);
        LOG_MAX_SQ.set(maximum, options.logQueues());
        LOG_MAX_WQ_SZ.set(maximum, LOG_QUEUE_SIZE - 1);
        LOG_MAX_EQ.set(maximum, LOG_EVENT_QUEUES);
        LOG_MAX_EQ_SZ.set(maximum, LOG_QUEUE_SIZE);
        LOG_MAX_MKEY.set(maximum, 24);
        LOG_MAX_PD.set(maximum, 24);
        LOG_MAX_TRANSPORT_DOMAIN.set(maximum, LOG_OBJECTS);
        LOG_MAX_TIS.set(maximum, LOG_OBJECTS);
        CQ_MODERATION.set(maximum, 1);
        CQ_OI.set(maximum, 1);
        LOG_MAX_UMEM.set(maximum, LOG_OBJECTS);
        MAX_WQE_SZ_SQ.set(maximum, 1024);
        PORT_TYPE.set(maximum, options.ethernet() ? 1 : 0);
        NUM_PORTS.set(maximum, 1);
        PKEY_TABLE_SIZE.set(maximum, 0);
        CQE_VERSION.set(maximum, 1);
        CMDIF_CHECKSUM.set(maximum, checksums ? CHECKSUMS : 1);
        BF.set(maximum, 1);
        LOG_BF_REG_SIZE.set(maximum, LOG_BLUE_FLAME);
        DEVICE_FREQUENCY_KHZ.set(maximum, FREQUENCY_KHZ);
        DRIVER_VERSION.set(maximum, 1);
        VHCA_ID.set(maximum, 1);
        HCA_CAP_2.set(maximum, options.generalTwo() ? 1 : 0);
        DTOR.set(maximum, options.limits().areTold() ? 1 : 0);
        if (!options.old()) {
            UMEM_UID_0.set(maximum, 1);
            FAST_TEARDOWN.set(maximum, 1);
            FORCE_TEARDOWN.set(maximum, 1);
            maximum.set(ValueLayout.JAVA_BYTE, 0x22, (byte) 0xc0); // and where rdma-core looks for the first
        }
        reset();
    }

    /** What is set at power-on. */
    void reset() {
        current.copyFrom(maximum);
        CMDIF_CHECKSUM.set(current, 1);
    }

    /** Whether signatures are checked. */
    boolean checksums() {
        return CMDIF_CHECKSUM.of(current) == CHECKSUMS;
    }

    /** Whether a command is about the general capabilities; of the others there are the second ones at most. */
    private boolean isGeneral(Call call) {
        int type = call.modifier() >>> 1;
        boolean known = type == CapabilityType.GENERAL.number()
                || type == CapabilityType.GENERAL_2.number() && HCA_CAP_2.of(maximum) != 0;
        Refusal.unless(known, CommandStatus.BAD_OPERATION, 0x3001);
        return type == CapabilityType.GENERAL.number();
    }

    void query(Call call) {
        if (isGeneral(call)) {
            MemorySegment from = (call.modifier() & 1) == 0 ? maximum : current;
            MemorySegment.copy(from, 0, call.output(), CommandWords.CAPABILITIES_AT, GeneralCapability.SIZE);
        }
        call.uses(CommandWords.CAPABILITIES_LENGTH);
    }

    void set(Call call) {
        Refusal.unless((call.modifier() & 1) == 0, CommandStatus.BAD_OPERATION, 0x3003);
        if (!isGeneral(call)) {
            return;
        }
        MemorySegment wanted = call.input().asSlice(CommandWords.CAPABILITIES_AT, GeneralCapability.SIZE);
        for (GeneralCapability limit : LIMITS) {
            Refusal.unless(
                    limit.of(wanted) <= limit.of(maximum),
                    CommandStatus.BAD_PARAMETER,
                    0x3100 + limit.bits().word().offset());
        }
        current.copyFrom(wanted);
    }
}
