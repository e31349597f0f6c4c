// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.IdentifyController.*;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Word8;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;

/**
 * What the controller says of itself.
 *
 * <p>Threads: immutable.
 *
 * @param vendor PCI vendor
 * @param subsystemVendor PCI subsystem vendor
 * @param serial up to 20 printable ASCII characters
 * @param sgl whether it takes SGLs
 */
record Identity(int vendor, int subsystemVendor, String serial, boolean sgl) {
    static final String MODEL = "jvfio NVMe model";
    static final String FIRMWARE = "1.0";
    private static final String QUALIFIED_NAME = "nqn.2014-08.org.nvmexpress:uuid:";
    private static final Word8 CONTROLLER_TYPE = Word8.at(111);
    private static final int IO_CONTROLLER = 1;
    private static final int RECOMMENDED_BURST = 5;
    private static final int ONE_READ_ONLY_SLOT = 1 << 1 | 1;
    private static final int ANY_ALIGNMENT = 1;
    private static final int FLUSH_OF_ALL = 3;
    private static final int CRITICAL_TEMPERATURE = 363;

    /** The largest transfer: 4096 bytes shifted left by this. */
    static final int TRANSFER_SHIFT = 8;

    /** The largest transfer in bytes. */
    static final long LARGEST_TRANSFER = 4096L << TRANSFER_SHIFT;

    /** How many aborts can be under way; each is done at once. */
    private static final int ABORTS = 4;

    Identity {
        Objects.requireNonNull(serial, "serial");
    }

    /** The UUID of something that belongs to this controller. */
    UUID uuid(String of) {
        return UUID.nameUUIDFromBytes(("jvfio-nvme:" + serial + ":" + of).getBytes(StandardCharsets.UTF_8));
    }

    /** Fills the structure of identify, which is all zeroes. */
    void fill(Namespaces namespaces, MemorySegment out) {
        VID.set(out, vendor);
        SSVID.set(out, subsystemVendor);
        SN.set(out, serial);
        MN.set(out, MODEL);
        FR.set(out, FIRMWARE);
        RAB.set(out, RECOMMENDED_BURST);
        MDTS.set(out, TRANSFER_SHIFT);
        CNTLID.set(out, 1);
        VER.set(out, Registers.VERSION);
        OAES.set(out, OAES_NAMESPACES.set(0, 1));
        CONTROLLER_TYPE.set(out, IO_CONTROLLER);
        OACS.set(out, OACS_FORMAT.set(OACS_DOORBELL_BUFFER.set(0, 1), 1));
        ACL.set(out, ABORTS - 1);
        AERL.set(out, AsyncEvents.LIMIT - 1);
        FRMW.set(out, ONE_READ_ONLY_SLOT);
        LPA.set(out, LPA_EFFECTS.set(LPA_EXTENDED.set(0, 1), 1));
        ELPE.set(out, Health.ERRORS - 1);
        WCTEMP.set(out, Features.WARNING_TEMPERATURE);
        CCTEMP.set(out, CRITICAL_TEMPERATURE);
        TNVMCAP.set(out, namespaces.bytes());
        SQES.set(out, entrySize(SubmissionEntry.SIZE_SHIFT));
        CQES.set(out, entrySize(CompletionEntry.SIZE_SHIFT));
        NN.set(out, namespaces.count());
        ONCS.set(out, optionalCommands());
        VWC.set(out, VWC_FLUSH_ALL.set(VWC_PRESENT.set(0, 1), FLUSH_OF_ALL));
        SGLS.set(out, sgl ? SGLS_BIT_BUCKET.set(SGLS_SUPPORT.set(0, ANY_ALIGNMENT), 1) : 0);
        SUBNQN.setTerminated(out, QUALIFIED_NAME + uuid("subsystem"));
    }

    private static int entrySize(int shift) {
        return ES_MAXIMUM.set(ES_MINIMUM.set(0, shift), shift);
    }

    private static int optionalCommands() {
        int commands = ONCS_COMPARE.set(ONCS_DATASET_MANAGEMENT.set(0, 1), 1);
        commands = ONCS_WRITE_ZEROES.set(ONCS_VERIFY.set(commands, 1), 1);
        return ONCS_SAVE.set(ONCS_TIMESTAMP.set(commands, 1), 1);
    }
}
