// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.ROS;
import static io.jvfio.pci.config.FieldAccess.RW1CS;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * Advanced Error Reporting with its logs, and Downstream Port Containment.
 *
 * <p>Source: PCIe 6.0, 7.8.4 and 7.9.14.
 */
final class ErrorTables {
    private static final RegisterField PREFIXES = flag("TLPPfxPres", 11, ROS);
    private static final Wording LOG = Wording.hex(8);

    private static final Register CONTROL = Register.of32(
            "AERCap",
            0x18,
            field("FirstErrorPointer", 4, 0, ROS, Wording.hex(2)),
            ro("ECRCGenCap", 5),
            flag("ECRCGenEn", 6, RWS),
            ro("ECRCChkCap", 7),
            flag("ECRCChkEn", 8, RWS),
            ro("MultHdrRecCap", 9),
            flag("MultHdrRecEn", 10, RWS),
            PREFIXES,
            ro("HdrLogCap", 12),
            ro("HeaderLogSize", 22, 18));

    private static final Register[] LOGS = {
        log("HeaderLog0", 0x1c), log("HeaderLog1", 0x20), log("HeaderLog2", 0x24), log("HeaderLog3", 0x28),
    };

    private static final Register[] ROOT = {
        Register.of32("RootCmd", 0x2c, rw("CERptEn", 0), rw("NFERptEn", 1), rw("FERptEn", 2)),
        Register.of32(
                        "RootSta",
                        0x30,
                        flag("CERcvd", 0, RW1CS),
                        flag("MultCERcvd", 1, RW1CS),
                        flag("UERcvd", 2, RW1CS),
                        flag("MultUERcvd", 3, RW1CS),
                        flag("FirstFatal", 4, RW1CS),
                        flag("NonFatalMsg", 5, RW1CS),
                        flag("FatalMsg", 6, RW1CS),
                        field("ErrCORSubclass", 8, 7, RW1CS, Wording.NUMBER),
                        ro("IntMsgNum", 31, 27))
                .zeroes(),
        Register.of16("ErrorSrcCOR", 0x34, field("ID", 15, 0, ROS, Wording.hex(4))),
        Register.of16("ErrorSrcUncor", 0x36, field("ID", 15, 0, ROS, Wording.hex(4))),
    };

    private static final Register[] PREFIX_LOGS = {
        log("PrefixLog0", 0x38), log("PrefixLog1", 0x3c), log("PrefixLog2", 0x40), log("PrefixLog3", 0x44),
    };

    /** Root ports and event collectors have more registers, at a place that others leave out or use for nothing. */
    static final CapabilityLayout REPORTING =
            new CapabilityLayout("AER", "Advanced Error Reporting", ErrorTables::reporting);

    private static final RegisterField ROOT_EXTENSIONS = ro("RPExt", 5);
    private static final RegisterField LOG_SIZE = ro("RPPIOLog", 11, 8);
    private static final int WITHOUT_SPECIFIC = 4;

    private static final Register CONTAINMENT_CAP = Register.of16(
            "DpcCap",
            0x04,
            ro("IntMsgNum", 4, 0),
            ROOT_EXTENSIONS,
            ro("PoisonedTLP", 6),
            ro("SwTrigger", 7),
            LOG_SIZE,
            ro("DL_ActiveErr", 12));

    private static final Register[] CONTAINMENT = {
        Register.of16(
                "DpcCtl",
                0x06,
                rw("Trigger", 1, 0, Wording.choice("disabled", "fatal", "non-fatal or fatal")),
                rw("Cmpl", 2),
                rw("INT", 3),
                rw("ErrCor", 4),
                rw("PoisonedTLP", 5),
                flag("SwTrigger", 6, FieldAccess.RW1S),
                rw("DL_ActiveErr", 7)),
        Register.of16(
                        "DpcSta",
                        0x08,
                        flag("Trigger", 0, RW1CS),
                        field("Reason", 2, 1, ROS, Wording.hex(2)),
                        flag("INT", 3, RW1CS),
                        ro("RPBusy", 4),
                        field("TriggerExt", 6, 5, ROS, Wording.hex(2)),
                        field("RPPIOErrPtr", 12, 8, ROS, Wording.hex(2)))
                .zeroes(),
        Register.of16("DpcSource", 0x0a, field("ID", 15, 0, ROS, Wording.hex(4))),
    };

    private static final Register[] PORT_ERRORS = {
        portErrors("RPPIOSta", 0x0c, RW1CS).zeroes(),
        portErrors("RPPIOMsk", 0x10, RWS),
        portErrors("RPPIOSev", 0x14, RWS),
        portErrors("RPPIOSysErr", 0x18, RWS),
        portErrors("RPPIOExc", 0x1c, RWS),
    };

    static final CapabilityLayout CONTAINED =
            new CapabilityLayout("DPC", "Downstream Port Containment", ErrorTables::containment);

    private ErrorTables() {}

    private static void reporting(Decoding at) {
        at.addAll(
                uncorrectable("UESta", 0x04, RW1CS).zeroes(),
                uncorrectable("UEMsk", 0x08, RWS),
                uncorrectable("UESvrt", 0x0c, RWS),
                correctable("CESta", 0x10, RW1CS).zeroes(),
                correctable("CEMsk", 0x14, RWS));
        long control = at.add(CONTROL);
        at.addAll(LOGS);
        if (at.rootErrors()) {
            at.addAll(ROOT);
        }
        if (PREFIXES.isSet(control)) {
            at.addAll(PREFIX_LOGS);
        }
    }

    private static void containment(Decoding at) {
        long cap = at.add(CONTAINMENT_CAP);
        at.addAll(CONTAINMENT);
        if (!ROOT_EXTENSIONS.isSet(cap)) {
            return;
        }
        at.addAll(PORT_ERRORS);
        // Four registers of header log, one of the implementation's own, then TLP prefixes.
        int logs = (int) LOG_SIZE.of(cap);
        for (int i = 0; i < logs; i++) {
            String name = i < WITHOUT_SPECIFIC
                    ? "RPPIOHeaderLog" + i
                    : i == WITHOUT_SPECIFIC ? "RPPIOImpSpecLog" : "RPPIOPrefixLog" + (i - WITHOUT_SPECIFIC - 1);
            at.add(log(name, 0x20 + Integer.BYTES * i));
        }
    }

    private static Register log(String name, int offset) {
        return Register.of32(name, offset, field("Log", 31, 0, ROS, LOG));
    }

    private static Register uncorrectable(String name, int offset, FieldAccess access) {
        return Register.of32(
                name,
                offset,
                flag("DLP", 4, access),
                flag("SDES", 5, access),
                flag("TLP", 12, access),
                flag("FCP", 13, access),
                flag("CmpltTO", 14, access),
                flag("CmpltAbrt", 15, access),
                flag("UnxCmplt", 16, access),
                flag("RxOF", 17, access),
                flag("MalfTLP", 18, access),
                flag("ECRC", 19, access),
                flag("UnsupReq", 20, access),
                flag("ACSViol", 21, access),
                flag("UncorrIntErr", 22, access),
                flag("BlockedTLP", 23, access),
                flag("AtomicOpBlocked", 24, access),
                flag("TLPBlockedErr", 25, access),
                flag("PoisonTLPBlocked", 26, access),
                flag("DMWrReqBlocked", 27, access),
                flag("IDECheck", 28, access),
                flag("MisIDETLP", 29, access),
                flag("PCRC_CHECK", 30, access),
                flag("TLPXlatBlocked", 31, access));
    }

    private static Register correctable(String name, int offset, FieldAccess access) {
        return Register.of32(
                name,
                offset,
                flag("RxErr", 0, access),
                flag("BadTLP", 6, access),
                flag("BadDLLP", 7, access),
                flag("Rollover", 8, access),
                flag("Timeout", 12, access),
                flag("AdvNonFatalErr", 13, access),
                flag("CorrIntErr", 14, access),
                flag("HeaderOF", 15, access));
    }

    private static Register portErrors(String name, int offset, FieldAccess access) {
        return Register.of32(
                name,
                offset,
                flag("CfgUR", 0, access),
                flag("CfgCA", 1, access),
                flag("CfgTO", 2, access),
                flag("IOUR", 8, access),
                flag("IOCA", 9, access),
                flag("IOTO", 10, access),
                flag("MemUR", 16, access),
                flag("MemCA", 17, access),
                flag("MemTO", 18, access));
    }
}
