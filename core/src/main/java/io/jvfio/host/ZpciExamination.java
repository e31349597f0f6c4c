// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks of a host what is special about PCI on IBM Z, if that is what it is.
 *
 * <p>Threads: immutable.
 */
final class ZpciExamination {
    private static final Pattern SLOT = Pattern.compile("[0-9a-f]{8}");
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");
    private static final String APERTURE = "s390_iommu_aperture";

    /** The first kernel that hands out error records. */
    private static final int RECORDS_MAJOR = 7;

    private static final int RECORDS_MINOR = 3;

    private final Sysfs sysfs;
    private final SystemFacts facts;
    private final Host host;

    ZpciExamination(Sysfs sysfs, SystemFacts facts, Host host) {
        this.sysfs = sysfs;
        this.facts = facts;
        this.host = host;
    }

    /** Nothing on other machines. */
    List<HostFinding> findings(VfioSupport support) {
        Path clp = sysfs.path("firmware/clp");
        boolean here = sysfs.names(clp).contains("uid_checking")
                || host.iommus().stream().anyMatch(iommu -> iommu.kind() == HostIommu.Kind.S390);
        if (!here) {
            return List.of();
        }
        List<HostFinding> findings = new ArrayList<>();
        findings.add(HostFinding.ok(
                Topic.MACHINE, "IBM Z: BARs are reached by system calls alone, no window of them can be mapped"));
        findings.add(aperture());
        if ("0".equals(sysfs.read(clp.resolve("uid_checking")))) {
            findings.add(note(
                    "UID checking is off: addresses of functions can be others after the next boot",
                    "switch it on in the machine's definition of this partition"));
        }
        List<String> standby = standby();
        if (!standby.isEmpty()) {
            findings.add(note(
                    "functions in standby, which no driver sees: " + String.join(", ", standby),
                    "echo 1 > /sys/bus/pci/slots/" + standby.getFirst() + "/power, as root"));
        }
        if (!handsOutRecords(support.kernel())) {
            findings.add(note(
                    "Linux " + support.kernel() + " hands out no error records of functions: that began with "
                            + RECORDS_MAJOR + "." + RECORDS_MINOR,
                    ""));
        }
        return findings;
    }

    private HostFinding aperture() {
        Optional<String> factor = facts.commandLineValue(APERTURE);
        if (factor.filter("0"::equals).isPresent()) {
            return HostFinding.ok(Topic.MACHINE, "a function reaches all addresses that it can (" + APERTURE + "=0)");
        }
        return note(
                "a function reaches as many addresses as the machine has memory"
                        + factor.filter(times -> !times.equals("1"))
                                .map(times -> ", times " + times)
                                .orElse(""),
                "if more is mapped at a time, boot with " + APERTURE + "=2, or 0 for no limit");
    }

    private static HostFinding note(String text, String remedy) {
        return new HostFinding(Topic.MACHINE, Level.NOTE, text, remedy);
    }

    /** The slots whose function is there and not configured, by function id. */
    private List<String> standby() {
        Path slots = sysfs.path("bus/pci/slots");
        return sysfs.names(slots).stream()
                .filter(name -> SLOT.matcher(name).matches())
                .filter(name -> "0".equals(sysfs.read(slots.resolve(name).resolve("power"))))
                .sorted()
                .toList();
    }

    private static boolean handsOutRecords(String release) {
        Matcher version = RELEASE.matcher(release);
        if (!version.matches()) {
            return true;
        }
        int major = Integer.parseInt(version.group(1));
        return major > RECORDS_MAJOR || major == RECORDS_MAJOR && Integer.parseInt(version.group(2)) >= RECORDS_MINOR;
    }
}
