// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.IdentifyController;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * What a controller says of itself, as far as it can be.
 *
 * <p>Threads: immutable.
 *
 * @param vendorId its PCI vendor
 * @param serial its serial number
 * @param model its model
 * @param firmware its firmware's revision
 * @param version the specification's version, as {@link ControllerRegisters#VS}
 * @param controllerId its number in its subsystem
 * @param maxTransfer the largest transfer of one command in bytes; {@link Integer#MAX_VALUE} if there is no limit
 * @param namespaces the largest number of a namespace, unsigned
 * @param adminCommands optional admin commands, as {@link IdentifyController#OACS}
 * @param optionalEvents optional asynchronous events, as {@link IdentifyController#OAES}
 * @param logAttributes what log pages can do, as {@link IdentifyController#LPA}
 * @param retryDelays the delays that a status may ask for, in milliseconds
 * @param commands optional I/O commands, as {@link IdentifyController#ONCS}
 * @param sgls scatter/gather lists of I/O commands: 0 none, 1 of any alignment, 2 of whole dwords
 * @param writeCache whether there is a volatile write cache
 * @param aborts how many aborts can be under way
 * @param eventRequests how many requests for events can be with it
 * @param errorEntries how many entries its error log has
 * @param subsystem the qualified name of its subsystem; may be empty
 */
public record ControllerInfo(
        int vendorId,
        String serial,
        String model,
        String firmware,
        int version,
        int controllerId,
        int maxTransfer,
        int namespaces,
        int adminCommands,
        int optionalEvents,
        int logAttributes,
        List<Integer> retryDelays,
        int commands,
        int sgls,
        boolean writeCache,
        int aborts,
        int eventRequests,
        int errorEntries,
        String subsystem) {

    /** Transfers of more pages than this are not limited by MDTS. */
    private static final int LARGEST_MDTS = 18;

    private static final int RETRY_DELAY_UNIT_MILLIS = 100;

    /** Refuses null, and copies the list. */
    public ControllerInfo {
        Objects.requireNonNull(serial, "serial");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(firmware, "firmware");
        Objects.requireNonNull(subsystem, "subsystem");
        retryDelays = List.copyOf(retryDelays);
    }

    /**
     * Reads the structure that identify returns.
     *
     * @param identify 4096 bytes
     * @param version the VS register
     * @param pageSize the smallest memory page of the controller in bytes
     */
    static ControllerInfo of(MemorySegment identify, int version, int pageSize) {
        int mdts = IdentifyController.MDTS.of(identify);
        long transfer = mdts == 0 || mdts > LARGEST_MDTS ? Integer.MAX_VALUE : (long) pageSize << mdts;
        int sgls = IdentifyController.SGLS_SUPPORT.of(IdentifyController.SGLS.of(identify));
        return new ControllerInfo(
                IdentifyController.VID.of(identify),
                IdentifyController.SN.of(identify),
                IdentifyController.MN.of(identify),
                IdentifyController.FR.of(identify),
                version,
                IdentifyController.CNTLID.of(identify),
                (int) Math.min(transfer, Integer.MAX_VALUE),
                IdentifyController.NN.of(identify),
                IdentifyController.OACS.of(identify),
                IdentifyController.OAES.of(identify),
                IdentifyController.LPA.of(identify),
                List.of(
                        IdentifyController.CRDT1.of(identify) * RETRY_DELAY_UNIT_MILLIS,
                        IdentifyController.CRDT2.of(identify) * RETRY_DELAY_UNIT_MILLIS,
                        IdentifyController.CRDT3.of(identify) * RETRY_DELAY_UNIT_MILLIS),
                IdentifyController.ONCS.of(identify),
                sgls > 2 ? 0 : sgls,
                IdentifyController.VWC_PRESENT.isSet(IdentifyController.VWC.of(identify)),
                IdentifyController.ACL.of(identify) + 1,
                IdentifyController.AERL.of(identify) + 1,
                IdentifyController.ELPE.of(identify) + 1,
                IdentifyController.SUBNQN.of(identify));
    }

    /** {@code 1.4.0}. */
    public String versionText() {
        return ControllerRegisters.VS_MAJOR.of(version) + "." + ControllerRegisters.VS_MINOR.of(version) + "."
                + ControllerRegisters.VS_TERTIARY.of(version);
    }

    /** Whether namespaces can be formatted. */
    public boolean hasFormat() {
        return IdentifyController.OACS_FORMAT.isSet(adminCommands);
    }

    /** Whether doorbells can be kept in memory. */
    public boolean hasShadowDoorbells() {
        return IdentifyController.OACS_DOORBELL_BUFFER.isSet(adminCommands);
    }

    /** Whether a log page can be read in parts. */
    public boolean hasLogOffsets() {
        return IdentifyController.LPA_EXTENDED.isSet(logAttributes);
    }

    /** Whether there is the compare command. */
    public boolean hasCompare() {
        return IdentifyController.ONCS_COMPARE.isSet(commands);
    }

    /** Whether there is the write zeroes command. */
    public boolean hasWriteZeroes() {
        return IdentifyController.ONCS_WRITE_ZEROES.isSet(commands);
    }

    /** Whether blocks can be deallocated. */
    public boolean hasDatasetManagement() {
        return IdentifyController.ONCS_DATASET_MANAGEMENT.isSet(commands);
    }

    /** Whether there is the verify command. */
    public boolean hasVerify() {
        return IdentifyController.ONCS_VERIFY.isSet(commands);
    }

    /** Whether the version is this one or a later one. */
    boolean atLeast(int major, int minor) {
        return Integer.compareUnsigned(version, ControllerRegisters.version(major, minor, 0)) >= 0;
    }
}
