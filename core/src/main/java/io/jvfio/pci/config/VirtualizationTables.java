// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

/**
 * What sharing a device and its addresses needs: SR-IOV, ACS, ARI, ATS, PRI, PASID; and multicast.
 *
 * <p>Source: PCIe 6.0, 7.7.11, 7.8.8, 7.8.9, 9.3.3, 10.5.1, 10.5.2, 7.9.11.
 */
final class VirtualizationTables {
    private static final Wording LONG = Wording.hex(8);

    private static final Register[] SRIOV_FIRST = {
        Register.of32(
                "IOVCap",
                0x04,
                ro("Migration", 0),
                ro("ARIHierarchyPreserved", 1),
                ro("10BitTagReq", 2),
                ro("IntMsgNum", 31, 21)),
        Register.of16(
                "IOVCtl",
                0x08,
                rw("Enable", 0),
                rw("Migration", 1),
                rw("Interrupt", 2),
                rw("MSE", 3),
                rw("ARIHierarchy", 4),
                rw("10BitTagReq", 5)),
        Register.of16("IOVSta", 0x0a, rw1c("Migration", 0)).zeroes(),
        Register.of16("InitialVFs", 0x0c, field("Count", 15, 0, HWINIT, Wording.NUMBER)),
        Register.of16("TotalVFs", 0x0e, field("Count", 15, 0, HWINIT, Wording.NUMBER)),
        Register.of16("NumVFs", 0x10, rw("Count", 15, 0)),
        Register.of8("FunctionDependencyLink", 0x12, field("Function", 7, 0, HWINIT, Wording.hex(2))),
        Register.of16("VFOffset", 0x14, ro("Offset", 15, 0)),
        Register.of16("VFStride", 0x16, ro("Stride", 15, 0)),
        Register.of16("VFDeviceID", 0x1a, ro("ID", 15, 0, Wording.hex(4))),
        Register.of32("SupportedPageSize", 0x1c, ro("Sizes", 31, 0, LONG)),
        Register.of32("SystemPageSize", 0x20, rw("Size", 31, 0, LONG)),
    };

    private static final Register MIGRATION =
            Register.of32("VFMigration", 0x3c, ro("BIR", 2, 0), ro("Offset", 31, 3, Wording.aligned(3, 8)));

    static final CapabilityLayout SRIOV = new CapabilityLayout("SR-IOV", "Single Root I/O Virtualization", at -> {
        at.addAll(SRIOV_FIRST);
        HeaderTables.memoryBars(at, "VFBAR", 0x24, 6);
        at.add(MIGRATION);
    });

    private static final RegisterField EGRESS = ro("EgressCtrl", 5);
    private static final RegisterField VECTOR_SIZE = field("VectorSize", 15, 8, HWINIT, Wording.NUMBER);
    private static final int LARGEST_VECTOR = 256;

    private static final Register ACS_CAP = Register.of16(
            "ACSCap",
            0x04,
            ro("SrcValid", 0),
            ro("TransBlk", 1),
            ro("ReqRedir", 2),
            ro("CmpltRedir", 3),
            ro("UpstreamFwd", 4),
            EGRESS,
            ro("DirectTrans", 6),
            ro("Enhanced", 7),
            VECTOR_SIZE);
    private static final Register ACS_CTL = Register.of16(
            "ACSCtl",
            0x06,
            rw("SrcValid", 0),
            rw("TransBlk", 1),
            rw("ReqRedir", 2),
            rw("CmpltRedir", 3),
            rw("UpstreamFwd", 4),
            rw("EgressCtrl", 5),
            rw("DirectTrans", 6),
            rw("IOReqBlk", 7),
            rw("DSPMemTgt", 9, 8),
            rw("USPMemTgt", 11, 10),
            rw("UnclaimedRedir", 12));

    static final CapabilityLayout ACS = new CapabilityLayout("ACS", "Access Control Services", at -> {
        long cap = at.add(ACS_CAP);
        at.add(ACS_CTL);
        if (EGRESS.isSet(cap)) {
            int bits = (int) VECTOR_SIZE.of(cap);
            int words = ((bits == 0 ? LARGEST_VECTOR : bits) + Integer.SIZE - 1) / Integer.SIZE;
            for (int i = 0; i < words; i++) {
                at.add(Register.of32("EgressVector" + i, 0x08 + Integer.BYTES * i, rw("Ports", 31, 0, LONG)));
            }
        }
    });

    static final CapabilityLayout ARI = CapabilityLayout.fixed(
            "ARI",
            "Alternative Routing-ID Interpretation",
            Register.of16("ARICap", 0x04, ro("MFVC", 0), ro("ACS", 1), ro("NextFunction", 15, 8)),
            Register.of16("ARICtl", 0x06, rw("MFVC", 0), rw("ACS", 1), rw("FunctionGroup", 6, 4)));

    static final CapabilityLayout ATS = CapabilityLayout.fixed(
            "ATS",
            "Address Translation Service",
            Register.of16(
                    "ATSCap",
                    0x04,
                    ro("InvalidateQueueDepth", 4, 0, Wording.hex(2)),
                    ro("PageAligned", 5),
                    ro("GlobalInvalidate", 6),
                    ro("RlxdOrd", 7),
                    ro("MemAttr", 8)),
            Register.of16(
                    "ATSCtl",
                    0x06,
                    rw("SmallestTranslationUnit", 4, 0, Wording.hex(2)),
                    rw("MemAttr", 5),
                    rw("Enable", 15)));

    static final CapabilityLayout PRI = CapabilityLayout.fixed(
            "PRI",
            "Page Request Interface",
            Register.of16("PRICtl", 0x04, rw("Enable", 0), flag("Reset", 1, RW1S)),
            Register.of16("PRISta", 0x06, rw1c("RF", 0), rw1c("UPRGI", 1), ro("Stopped", 8), ro("PASID", 15))
                    .zeroes(),
            Register.of32("PageRequestCapacity", 0x08, ro("Requests", 31, 0, LONG)),
            Register.of32("PageRequestAllocation", 0x0c, rw("Requests", 31, 0, LONG)));

    static final CapabilityLayout PASID = CapabilityLayout.fixed(
            "PASID",
            "Process Address Space ID",
            Register.of16(
                    "PASIDCap",
                    0x04,
                    ro("Exec", 1),
                    ro("Priv", 2),
                    ro("Translated", 3),
                    ro("MaxWidth", 12, 8, Wording.hex(2))),
            Register.of16("PASIDCtl", 0x06, rw("Enable", 0), rw("Exec", 1), rw("Priv", 2), rw("Translated", 3)));

    private static final Wording QUAD = Wording.hex(16);

    static final CapabilityLayout MULTICAST = CapabilityLayout.fixed(
            "MC",
            "Multicast",
            Register.of16(
                    "McastCap",
                    0x04,
                    ro("MaxGroups", 5, 0, Wording.plusOne()),
                    ro("WindowSz", 13, 8),
                    ro("ECRCRegen", 15)),
            Register.of16("McastCtl", 0x06, rw("NumGroups", 5, 0, Wording.plusOne()), rw("Enable", 15)),
            Register.of64("McastBAR", 0x08, rw("IndexPos", 5, 0), rw("BaseAddr", 63, 12, Wording.aligned(12, 16))),
            Register.of64("McastReceiveVec", 0x10, rw("Groups", 63, 0, QUAD)),
            Register.of64("McastBlockAllVec", 0x18, rw("Groups", 63, 0, QUAD)),
            Register.of64("McastBlockUntransVec", 0x20, rw("Groups", 63, 0, QUAD)),
            Register.of64(
                    "McastOverlayBAR", 0x28, rw("OverlaySize", 5, 0), rw("BaseAddr", 63, 6, Wording.aligned(6, 16))));

    private VirtualizationTables() {}
}
