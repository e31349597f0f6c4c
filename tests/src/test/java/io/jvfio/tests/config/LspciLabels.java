// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.RegisterValue;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which of our registers an entry of {@code lspci} shows, where the two have different names. */
final class LspciLabels {
    private static final Map<String, String> REGISTERS = Map.ofEntries(
            Map.entry("PM:Flags", "PMCap"),
            Map.entry("PM:Status", "PMStatus"),
            Map.entry("AGP:Status", "AGPStatus"),
            Map.entry("AGP:Command", "AGPCommand"),
            Map.entry("PCI-X:Command", "PCIXCommand"),
            Map.entry("PCI-X:Status", "PCIXStatus"),
            Map.entry("PCI-X:Secondary Status", "PCIXSecStatus"),
            Map.entry("HT:Command", "HTCommand"),
            Map.entry("HT:Link Control", "LinkCtl"),
            Map.entry("HT:Link Control 0", "LinkCtl0"),
            Map.entry("HT:Link Control 1", "LinkCtl1"),
            Map.entry("HT:Link Config", "LinkCfg"),
            Map.entry("HT:Link Config 0", "LinkCfg0"),
            Map.entry("HT:Link Config 1", "LinkCfg1"),
            Map.entry("HT:Link Error", "LinkFreq"),
            Map.entry("HT:Link Error 0", "LinkFreq0"),
            Map.entry("HT:Link Error 1", "LinkFreq1"),
            Map.entry("HT:Link Frequency Capability", "LinkFreqCap"),
            Map.entry("HT:Link Frequency Capability 0", "LinkFreqCap0"),
            Map.entry("HT:Link Frequency Capability 1", "LinkFreqCap1"),
            Map.entry("HT:Feature Capability", "Feature"),
            Map.entry("HT:Error Handling", "ErrorHandling"),
            Map.entry("VC:Arb", "VCArb"),
            Map.entry("VC:Status", "VCSta"));

    private static final Map<String, String> FLAGS = Map.of("PCPC", "PCRC", "Driver", "UsesDriver");

    /**
     * What lspci 3.13 gets wrong: it prints a control bit in the line before its own, reads one byte of two, shows one bit
     * under the name of another, and takes a bridge's bits from the wrong register.
     */
    private static final Pattern WRONG =
            Pattern.compile("McastCap\\.Enable|LinkFreqCap[01]?\\.(1\\.[46]GHz|Vend)|LinkIDE\\d+Ctl\\.PCRC");

    private LspciLabels() {}

    /** The registers whose fields stand behind a label; none if we do not have them. */
    static List<RegisterValue> registers(Capability capability, String label) {
        return names(capability.name(), label)
                .flatMap(name -> capability.find(name).stream())
                .toList();
    }

    private static Stream<String> names(String capability, String label) {
        String plain = label.replaceFirst("^\\[[0-9a-f]+\\]", "");
        return switch (capability) {
            case "EA" -> Stream.of(plain.replace(" ", ""));
            case "DVSEC" -> Stream.of(plain.matches("Range\\d") ? plain + "SizeLow" : plain);
            case "RCLINK" -> Stream.of(plain, plain + "Desc");
            case "VC" ->
                plain.matches("VC\\d")
                        ? Stream.of(plain + "Cap", plain + "Ctl", plain + "Sta")
                        : Stream.of(REGISTERS.getOrDefault("VC:" + plain, plain));
            case "IDE" ->
                Stream.of(plain.replaceFirst(" RID#", "Addr")
                        .replaceFirst(" RID$", "RID2")
                        .replace("#", "")
                        .replace(" ", ""));
            default -> Stream.of(REGISTERS.getOrDefault(capability + ":" + label, label));
        };
    }

    /** Our name of a flag. */
    static String flag(String name) {
        return FLAGS.getOrDefault(name, name);
    }

    /** Whether lspci shows something else under this name. */
    static boolean isWrong(String field) {
        return WRONG.matcher(field).matches();
    }
}
