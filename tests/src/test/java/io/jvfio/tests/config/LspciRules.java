// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import io.jvfio.pci.config.FieldValue;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Which number or word of {@code lspci} belongs to which field. */
final class LspciRules {
    private static final String HEX = "([0-9a-f]+)";
    private static final String NUMBER = "(\\d+)";

    /** How the two sides are brought to the same form. */
    record Reading(Function<String, Object> theirs, Function<FieldValue, Object> ours) {
        /** As it is worded. */
        static final Reading WORD = new Reading(text -> text, FieldValue::word);

        /** A decimal number that is the field's value. */
        static final Reading DECIMAL = new Reading(Long::parseLong, FieldValue::value);

        /** A hexadecimal number that is the field's value. */
        static final Reading HEXADECIMAL = new Reading(text -> Long.parseUnsignedLong(text, 16), FieldValue::value);

        /** A hexadecimal number that the field's words are, too: its lower bits are not in the field. */
        static final Reading WORDED_HEX = new Reading(
                text -> Long.parseUnsignedLong(text, 16),
                field -> Long.parseUnsignedLong(field.word().substring(2), 16));

        /** The same where lspci shows the register whole, with its two lowest bits, which are no part of the address. */
        static final Reading WORDED_DWORD = new Reading(
                text -> Long.parseUnsignedLong(text, 16) & -4,
                field -> Long.parseUnsignedLong(field.word().substring(2), 16));

        /** A range that always starts at the lowest speed: the highest is compared. */
        static final Reading SPEEDS = new Reading(
                text -> text.substring(text.indexOf('-') + 1),
                field -> field.word().substring(field.word().lastIndexOf(',') + 1));

        /** What stands before it means yes. */
        static final Reading PRESENT = new Reading(String::isEmpty, FieldValue::isSet);

        Object expected(String text) {
            return theirs.apply(text);
        }

        Object actual(FieldValue field) {
            return ours.apply(field);
        }
    }

    /**
     * One place.
     *
     * @param owner the capability's name; {@code header} for the header's
     * @param label the entry's label
     * @param pattern its first group is what lspci says
     */
    record Rule(String owner, String label, Pattern pattern, String register, String field, Reading reading) {}

    /** The function's first line. */
    static final List<Rule> TITLE = List.of(
            rule("", "", "\\[([0-9a-f]{4}):[0-9a-f]{4}\\]", "VendorID", "ID", Reading.HEXADECIMAL),
            rule("", "", "\\[[0-9a-f]{4}:([0-9a-f]{4})\\]", "DeviceID", "ID", Reading.HEXADECIMAL),
            rule("", "", "\\[([0-9a-f]{2})[0-9a-f]{2}\\]:", "Class", "BaseClass", Reading.HEXADECIMAL),
            rule("", "", "\\[[0-9a-f]{2}([0-9a-f]{2})\\]:", "Class", "SubClass", Reading.HEXADECIMAL),
            rule("", "", "\\(rev " + HEX + "\\)", "Class", "Revision", Reading.HEXADECIMAL),
            rule("", "", "\\(prog-if " + HEX, "Class", "ProgIf", Reading.HEXADECIMAL));

    private static final List<Rule> RULES = List.of(
            rule(
                    "header",
                    "Subsystem",
                    "\\[([0-9a-f]{4}):[0-9a-f]{4}\\]$",
                    "SubsystemVendorID",
                    "ID",
                    Reading.HEXADECIMAL),
            rule("header", "Subsystem", "\\[[0-9a-f]{4}:([0-9a-f]{4})\\]$", "SubsystemID", "ID", Reading.HEXADECIMAL),
            rule("header", "Status", "DEVSEL=(\\w+)", "Status", "DEVSEL", Reading.WORD),
            rule("header", "Secondary status", "DEVSEL=(\\w+)", "SecStatus", "DEVSEL", Reading.WORD),
            rule("header", "Latency", "^" + NUMBER, "Latency", "Timer", Reading.DECIMAL),
            rule("header", "Latency", "Cache Line Size: (\\d+ bytes)", "CacheLine", "Size", Reading.WORD),
            rule("header", "Interrupt", "pin ([A-D])", "IntPin", "Pin", Reading.WORD),
            rule("header", "Bus", "primary=" + HEX, "PrimaryBus", "Bus", Reading.HEXADECIMAL),
            rule("header", "Bus", "secondary=" + HEX, "SecondaryBus", "Bus", Reading.HEXADECIMAL),
            rule("header", "Bus", "subordinate=" + HEX, "SubordinateBus", "Bus", Reading.HEXADECIMAL),
            rule("header", "Bus", "sec-latency=" + NUMBER, "SecLatency", "Timer", Reading.DECIMAL),
            rule("header", "I/O behind bridge", "^0*([0-9a-f]{4})-", "IOBase", "Address", Reading.WORDED_HEX),
            rule("header", "I/O behind bridge", "-0*([0-9a-f]{4}) ", "IOLimit", "Address", Reading.WORDED_HEX),
            rule("header", "Memory behind bridge", "^([0-9a-f]{8})-", "MemoryBase", "Address", Reading.WORDED_HEX),
            rule("header", "Memory behind bridge", "-([0-9a-f]{8}) ", "MemoryLimit", "Address", Reading.WORDED_HEX),
            window("Memory window 0", "^" + HEX, "MemoryBase0"),
            window("Memory window 0", "-" + HEX, "MemoryLimit0"),
            window("Memory window 1", "^" + HEX, "MemoryBase1"),
            window("Memory window 1", "-" + HEX, "MemoryLimit1"),
            window("I/O window 0", "^" + HEX, "IOBase0"),
            window("I/O window 0", "-" + HEX, "IOLimit0"),
            window("I/O window 1", "^" + HEX, "IOBase1"),
            window("I/O window 1", "-" + HEX, "IOLimit1"),
            pref("^[0-9a-f]*?([0-9a-f]{8})-", "PrefBase"),
            pref("-[0-9a-f]*?([0-9a-f]{8}) ", "PrefLimit"),
            pref("^0*([0-9a-f]+)[0-9a-f]{8}-", "PrefBaseUpper"),
            pref("-0*([0-9a-f]+)[0-9a-f]{8} ", "PrefLimitUpper"),
            rule("PM", "", "version " + NUMBER, "PMCap", "Version", Reading.DECIMAL),
            rule("PM", "Flags", "AuxCurrent=(\\d+mA)", "PMCap", "AuxCurrent", Reading.WORD),
            rule("PM", "Status", "Status: (D\\d)", "PMStatus", "State", Reading.WORD),
            rule("PM", "Status", "DSel=" + NUMBER, "PMStatus", "DSel", Reading.DECIMAL),
            rule("PM", "Status", "DScale=" + NUMBER, "PMStatus", "DScale", Reading.DECIMAL),
            rule("MSI", "", "Count=" + NUMBER + "/", "MSICtl", "Count", Reading.WORD),
            rule("MSI", "", "Count=\\d+/" + NUMBER, "MSICtl", "Capable", Reading.WORD),
            rule("MSI", "Address", "Address: " + HEX, "Address", "Address", Reading.WORDED_DWORD),
            rule("MSI", "Address", "Data: " + HEX, "Data", "Data", Reading.HEXADECIMAL),
            rule("MSI", "Masking", "Masking: " + HEX, "Masking", "Vectors", Reading.HEXADECIMAL),
            rule("MSI", "Masking", "Pending: " + HEX, "Pending", "Vectors", Reading.HEXADECIMAL),
            rule("MSI-X", "", "Count=" + NUMBER, "MSIXCtl", "Count", Reading.WORD),
            rule("MSI-X", "Vector table", "BAR=" + NUMBER, "Table", "BAR", Reading.DECIMAL),
            rule("MSI-X", "Vector table", "offset=" + HEX, "Table", "Offset", Reading.WORDED_HEX),
            rule("MSI-X", "PBA", "BAR=" + NUMBER, "PBA", "BAR", Reading.DECIMAL),
            rule("MSI-X", "PBA", "offset=" + HEX, "PBA", "Offset", Reading.WORDED_HEX),
            rule("Subsystem", "", "\\[([0-9a-f]{4}):[0-9a-f]{4}\\]$", "SubsystemVendorID", "ID", Reading.HEXADECIMAL),
            rule("Subsystem", "", "\\[[0-9a-f]{4}:([0-9a-f]{4})\\]$", "SubsystemID", "ID", Reading.HEXADECIMAL),
            rule("SATA", "", "HBA v" + NUMBER, "SATACap", "Major", Reading.DECIMAL),
            rule("SATA", "", "HBA v\\d+\\." + NUMBER, "SATACap", "Minor", Reading.DECIMAL),
            rule("SATA", "", "(BAR\\d)", "SATARegs", "BAR", Reading.WORD),
            rule("SATA", "", "Offset=" + HEX, "SATARegs", "Offset", Reading.HEXADECIMAL),
            rule("Vendor", "", "VirtIO: ([A-Z]\\w+)", "VirtioType", "Type", Reading.WORD),
            rule("Vendor", "", "BAR=" + NUMBER, "VirtioBAR", "BAR", Reading.DECIMAL),
            rule("Vendor", "", "offset=" + HEX, "VirtioOffset", "Offset", Reading.HEXADECIMAL),
            rule("Vendor", "", "size=" + HEX, "VirtioSize", "Size", Reading.HEXADECIMAL),
            rule("Vendor", "", "multiplier=" + HEX, "VirtioNotify", "Multiplier", Reading.HEXADECIMAL),
            express("", "\\(v" + NUMBER, "ExpCap", "Version", Reading.DECIMAL),
            express("", "\\) ([A-Z][^,(]*?)(?: \\(Slot.\\))?,", "ExpCap", "Type", Reading.WORD),
            express("", "IntMsgNum " + NUMBER, "ExpCap", "IntMsgNum", Reading.DECIMAL),
            express("DevCap", "MaxPayload (\\d+ bytes)", "DevCap", "MaxPayload", Reading.WORD),
            express("DevCap", "PhantFunc " + NUMBER, "DevCap", "PhantFunc", Reading.WORD),
            express("DevCap", "Latency L0s ([^,]+),", "DevCap", "LatencyL0s", Reading.WORD),
            express("DevCap", ", L1 (\\S+)", "DevCap", "LatencyL1", Reading.WORD),
            express("DevCtl", "MaxPayload (\\d+ bytes)", "DevCtl", "MaxPayload", Reading.WORD),
            express("DevCtl", "MaxReadReq (\\d+ bytes)", "DevCtl", "MaxReadReq", Reading.WORD),
            express("LnkCap", "Port #" + NUMBER, "LnkCap", "Port", Reading.DECIMAL),
            express("LnkCap", "Speed ([^,]+),", "LnkCap", "Speed", Reading.WORD),
            express("LnkCap", "Width (x\\d+)", "LnkCap", "Width", Reading.WORD),
            express("LnkCap", "ASPM ([^,]+?)(?:,| ClockPM)", "LnkCap", "ASPM", Reading.WORD),
            express("LnkCap", "Exit Latency L0s ([^, ]+)", "LnkCap", "ExitLatencyL0s", Reading.WORD),
            express("LnkCap", "(?:Exit Latency|,) L1 (<\\S+)", "LnkCap", "ExitLatencyL1", Reading.WORD),
            express("LnkCtl", "ASPM ([^;]+);", "LnkCtl", "ASPM", Reading.WORD),
            express("LnkCtl", "RCB (\\d+ bytes)", "LnkCtl", "RCB", Reading.WORD),
            express("LnkSta", "Speed ([^, ]+)", "LnkSta", "Speed", Reading.WORD),
            express("LnkSta", "Width (x\\d+)", "LnkSta", "Width", Reading.WORD),
            express("SltCap", "Slot #" + NUMBER, "SltCap", "Slot", Reading.DECIMAL),
            express("SltCtl", "AttnInd (\\w+)", "SltCtl", "AttnInd", Reading.WORD),
            express("SltCtl", "PwrInd (\\w+)", "SltCtl", "PwrInd", Reading.WORD),
            express("RootSta", "PME ReqID " + HEX, "RootSta", "PMEReqID", Reading.HEXADECIMAL),
            express("DevCap2", "Completion Timeout: ([^,]+),", "DevCap2", "CompletionTimeout", Reading.WORD),
            express("DevCap2", "OBFF ([^,]+),", "DevCap2", "OBFF", Reading.WORD),
            express("DevCap2", "MaxEETLPPrefixes " + NUMBER, "DevCap2", "MaxEETLPPrefixes", Reading.WORD),
            express("DevCap2", "EmergencyPowerReduction ([^,]+),", "DevCap2", "EmergencyPowerReduction", Reading.WORD),
            express("DevCap2", "LN System CLS ([^,]+),", "DevCap2", "LNSystemCLS", Reading.WORD),
            express("DevCtl2", "Completion Timeout: ([^,]+),", "DevCtl2", "CompletionTimeout", Reading.WORD),
            express("DevCtl2", "OBFF ([^,]+),", "DevCtl2", "OBFF", Reading.WORD),
            express("LnkCap2", "Supported Link Speeds: ([^,]+),", "LnkCap2", "Speeds", Reading.SPEEDS),
            express("LnkCtl2", "Target Link Speed: ([^,]+),", "LnkCtl2", "TargetSpeed", Reading.WORD),
            express("LnkCtl2", "Transmit Margin: ([^,]+),", "LnkCtl2", "TransmitMargin", Reading.WORD),
            express(
                    "LnkCtl2",
                    "Compliance Preset/De-emphasis: (.+preshoot)",
                    "LnkCtl2",
                    "CompliancePreset",
                    Reading.WORD),
            express("LnkSta2", "De-emphasis Level: ([^,]+),", "LnkSta2", "De-emphasis", Reading.WORD),
            express("LnkSta2", "CrosslinkRes: ([^,]+)", "LnkSta2", "CrosslinkRes", Reading.WORD),
            rule("AER", "AERCap", "First Error Pointer: " + HEX, "AERCap", "FirstErrorPointer", Reading.HEXADECIMAL),
            log(0),
            log(1),
            log(2),
            log(3),
            rule("AER", "RootSta", "IntMsgNum " + NUMBER, "RootSta", "IntMsgNum", Reading.DECIMAL),
            rule("AER", "ErrorSrc", "ERR_COR: " + HEX, "ErrorSrcCOR", "ID", Reading.HEXADECIMAL),
            rule("AER", "ErrorSrc", "NONFATAL: " + HEX, "ErrorSrcUncor", "ID", Reading.HEXADECIMAL),
            rule("DSN", "", "Serial Number (\\S+)", "SerialNumber", "Number", Reading.WORD),
            rule("ARI", "ARICap", "Next Function: " + NUMBER, "ARICap", "NextFunction", Reading.DECIMAL),
            rule("ARI", "ARICtl", "Function Group: " + NUMBER, "ARICtl", "FunctionGroup", Reading.DECIMAL),
            sriov("IOVCap", "IntMsgNum " + NUMBER, "IOVCap", "IntMsgNum", Reading.DECIMAL),
            sriov("Initial VFs", "Initial VFs: " + NUMBER, "InitialVFs", "Count", Reading.DECIMAL),
            sriov("Initial VFs", "Total VFs: " + NUMBER, "TotalVFs", "Count", Reading.DECIMAL),
            sriov("Initial VFs", "Number of VFs: " + NUMBER, "NumVFs", "Count", Reading.DECIMAL),
            sriov("Initial VFs", "Link: " + HEX, "FunctionDependencyLink", "Function", Reading.HEXADECIMAL),
            sriov("VF offset", "VF offset: " + NUMBER, "VFOffset", "Offset", Reading.DECIMAL),
            sriov("VF offset", "stride: " + NUMBER, "VFStride", "Stride", Reading.DECIMAL),
            sriov("VF offset", "Device ID: " + HEX, "VFDeviceID", "ID", Reading.HEXADECIMAL),
            sriov(
                    "Supported Page Size",
                    "Supported Page Size: " + HEX,
                    "SupportedPageSize",
                    "Sizes",
                    Reading.HEXADECIMAL),
            sriov("Supported Page Size", "System Page Size: " + HEX, "SystemPageSize", "Size", Reading.HEXADECIMAL),
            sriov("Region 0", "Memory at " + HEX, "VFBAR0", "Address", Reading.WORDED_HEX),
            sriov("Region 0", "bit, (non-|)prefetchable", "VFBAR0", "Prefetchable", Reading.PRESENT),
            sriov("Region 3", "Memory at " + HEX, "VFBAR3", "Address", Reading.WORDED_HEX),
            sriov("VF Migration", "offset: " + HEX, "VFMigration", "Offset", Reading.WORDED_HEX),
            sriov("VF Migration", "BIR: " + NUMBER, "VFMigration", "BIR", Reading.DECIMAL));

    private LspciRules() {}

    /** The rules of an entry of the header. */
    static List<Rule> header(String label) {
        if (label.startsWith("Region ")) {
            String bar = "BAR" + label.substring("Region ".length());
            return List.of(
                    rule("header", label, "Memory at " + HEX, bar, "Address", Reading.WORDED_HEX),
                    rule("header", label, "I/O ports at " + HEX, bar, "Address", Reading.WORDED_HEX),
                    rule("header", label, "\\((\\d\\d-bit)", bar, "Type", Reading.WORD),
                    rule("header", label, "bit, (non-|)prefetchable", bar, "Prefetchable", Reading.PRESENT));
        }
        return capability("header", label);
    }

    /** The rules of an entry of a capability; the label of its title is empty. */
    static List<Rule> capability(String name, String label) {
        return RULES.stream()
                .filter(rule -> rule.owner().equals(name) && rule.label().equals(label))
                .toList();
    }

    /** The text with the names that two parts of it share told apart, as ours are. */
    static String renamed(String register, String text) {
        int changed = text.indexOf("Changed:");
        return register.equals("SltSta") && changed >= 0
                ? text.substring(0, changed)
                        + text.substring(changed).replace("MRL", "MRLChanged").replace("PresDet", "PresDetChanged")
                : text;
    }

    private static Rule rule(
            String owner, String label, String pattern, String register, String field, Reading reading) {
        return new Rule(owner, label, Pattern.compile(pattern), register, field, reading);
    }

    private static Rule express(String label, String pattern, String register, String field, Reading reading) {
        return rule("Express", label, pattern, register, field, reading);
    }

    private static Rule sriov(String label, String pattern, String register, String field, Reading reading) {
        return rule("SR-IOV", label, pattern, register, field, reading);
    }

    private static Rule window(String label, String pattern, String register) {
        return rule("header", label, pattern, register, "Address", Reading.WORDED_HEX);
    }

    private static Rule pref(String pattern, String register) {
        return rule("header", "Prefetchable memory behind bridge", pattern, register, "Address", Reading.WORDED_HEX);
    }

    private static Rule log(int index) {
        String pattern = "HeaderLog: " + "[0-9a-f]{8} ".repeat(index) + "([0-9a-f]{8})";
        return rule("AER", "HeaderLog", pattern, "HeaderLog" + index, "Log", Reading.HEXADECIMAL);
    }
}
