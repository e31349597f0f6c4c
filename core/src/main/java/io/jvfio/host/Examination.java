// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.DeviceLocator;
import io.jvfio.host.Finding.Level;
import io.jvfio.host.Finding.Topic;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioSupport.Node;
import io.jvfio.host.VfioSupport.Part;
import io.jvfio.host.VfioSupport.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Asks of a host what this process needs to open VFIO devices.
 *
 * <p>Threads: one at a time.
 */
final class Examination {
    private static final long MIB = 1 << 20;

    /** Below this hardly a driver starts: its rings and a buffer or two have no room. */
    private static final long LEAST_LOCKABLE = MIB;

    /** From here on nobody has to count. */
    private static final long COMFORTABLE = 64 * MIB;

    private final Host host;
    private final SystemFacts facts;
    private final VfioSupport support;
    private final Map<DeviceLocator, VfioAccess> bound = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    Examination(Host host, SystemFacts facts) {
        this.host = host;
        this.facts = facts;
        this.support = facts.support();
        host.functions().forEach(function -> bound.put(function.locator(), function.access()));
        host.mdevs().forEach(mdev -> bound.put(mdev.locator(), mdev.access()));
        bound.values().removeIf(access -> !access.bound());
    }

    List<Finding> findings() {
        iommu();
        interfaces();
        driver();
        devices();
        lockedMemory();
        hugePages();
        security();
        return List.copyOf(findings);
    }

    private void add(Topic topic, Level level, String text, String remedy) {
        findings.add(new Finding(topic, level, text, remedy));
    }

    private void iommu() {
        List<HostIommu> iommus = host.iommus();
        long groups = host.groups().stream().filter(group -> !group.noIommu()).count();
        if (!iommus.isEmpty() && groups > 0) {
            String names = iommus.stream()
                    .map(iommu -> iommu.name() + " (" + iommu.kind().title() + ")")
                    .collect(Collectors.joining(", "));
            findings.add(Finding.ok(Topic.IOMMU, names + ", " + count(groups, "group")));
            return;
        }
        String what = iommus.isEmpty() ? "the kernel drives no IOMMU" : "the IOMMU translates for no device";
        if (support.unsafeNoIommu()) {
            add(
                    Topic.IOMMU,
                    Level.NOTE,
                    what + ", and devices may be used without: they can reach all memory",
                    howToEnable());
        } else {
            add(Topic.IOMMU, Level.PROBLEM, what, howToEnable());
        }
    }

    private String howToEnable() {
        if (facts.commandLineHas("iommu=off")) {
            return "boot without iommu=off";
        }
        if (facts.firmwareHas("DMAR")) {
            return "boot with intel_iommu=on";
        }
        if (facts.firmwareHas("IVRS")) {
            return "boot without amd_iommu=off, with a kernel that has CONFIG_AMD_IOMMU";
        }
        return "enable VT-d, AMD-Vi or the SMMU in the firmware; a virtual machine needs a virtual IOMMU";
    }

    /** One of the two ways to devices is enough. */
    private void interfaces() {
        Finding iommufd = iommufd();
        Finding groups = groups();
        boolean either = iommufd.level() == Level.OK || groups.level() == Level.OK;
        findings.add(either ? iommufd : worse(iommufd));
        findings.add(either ? groups : worse(groups));
    }

    private static Finding worse(Finding finding) {
        return new Finding(finding.topic(), Level.PROBLEM, finding.text(), finding.remedy());
    }

    private Finding iommufd() {
        Node node = support.nodes().getLast();
        if (support.state(Part.IOMMUFD) != State.PRESENT) {
            return missing(Topic.IOMMUFD, Part.IOMMUFD);
        }
        if (!support.devicesHaveNodes() && !bound.isEmpty()) {
            return new Finding(
                    Topic.IOMMUFD,
                    Level.NOTE,
                    "devices have no nodes of their own",
                    "use Linux 6.6 or later with CONFIG_VFIO_DEVICE_CDEV");
        }
        return node(Topic.IOMMUFD, node);
    }

    private Finding groups() {
        if (support.state(Part.VFIO) != State.PRESENT) {
            return missing(Topic.GROUPS, Part.VFIO);
        }
        // Without a type1 driver iommufd can be what is behind the node (CONFIG_IOMMUFD_VFIO_CONTAINER).
        State type1 = support.state(Part.TYPE1);
        boolean behind = type1 == State.ABSENT && support.state(Part.IOMMUFD) == State.PRESENT;
        if (type1 != State.PRESENT && !behind) {
            return missing(Topic.GROUPS, Part.TYPE1);
        }
        return node(Topic.GROUPS, support.nodes().getFirst());
    }

    private Finding missing(Topic topic, Part part) {
        boolean loadable = support.state(part) == State.LOADABLE;
        return new Finding(
                topic,
                Level.NOTE,
                loadable ? part.module() + " is not loaded" : "this kernel has no " + part.module(),
                loadable ? "modprobe " + part.module() : "use a kernel with " + part.option());
    }

    private static Finding node(Topic topic, Node node) {
        if (!node.exists()) {
            return new Finding(
                    topic,
                    Level.NOTE,
                    "there is no " + node.path(),
                    "a container needs the host's node (--device " + node.path() + ")");
        }
        return node.openable()
                ? Finding.ok(topic, node.path() + " can be opened (" + node.owner() + ")")
                : new Finding(
                        topic,
                        Level.NOTE,
                        "this process may not open " + node.path() + " (" + node.owner() + ")",
                        "give the user access by a udev rule, see jvfio udev");
    }

    private void driver() {
        switch (support.state(Part.VFIO_PCI)) {
            case PRESENT -> findings.add(Finding.ok(Topic.DRIVER, "vfio-pci is there"));
            case LOADABLE, ABSENT -> {
                Finding missing = missing(Topic.DRIVER, Part.VFIO_PCI);
                findings.add(bound.isEmpty() ? worse(missing) : missing);
            }
        }
    }

    private void devices() {
        if (bound.isEmpty()) {
            add(Topic.DEVICES, Level.NOTE, "no device is bound to a VFIO driver", "jvfio bind D, as root");
            return;
        }
        boolean any = bound.values().stream().anyMatch(VfioAccess::openable);
        bound.forEach((locator, access) -> findings.add(device(locator, access, any ? Level.NOTE : Level.PROBLEM)));
    }

    private static Finding device(DeviceLocator locator, VfioAccess access, Level otherwise) {
        if (access.openable()) {
            return Finding.ok(Topic.DEVICES, locator + " can be opened");
        }
        String remedy = access.obstacle() == Obstacle.NO_PERMISSION
                ? "jvfio udev " + locator.target() + " prints a rule that gives access to a user or a group"
                : "jvfio show " + locator + " says more";
        return new Finding(Topic.DEVICES, otherwise, locator + " cannot be opened: " + access.reason(), remedy);
    }

    private void lockedMemory() {
        long limit = host.memory().locking().limit();
        if (limit < 0 || limit >= COMFORTABLE) {
            findings.add(Finding.ok(
                    Topic.LOCKED_MEMORY,
                    limit < 0 ? "no limit holds for this process" : limit / MIB + " MiB may be locked"));
            return;
        }
        add(
                Topic.LOCKED_MEMORY,
                limit < LEAST_LOCKABLE ? Level.PROBLEM : Level.NOTE,
                (limit < MIB ? limit / 1024 + " KiB" : limit / MIB + " MiB")
                        + " may be locked, and all memory that is mapped for DMA counts",
                "raise RLIMIT_MEMLOCK: LimitMEMLOCK= in a systemd unit, memlock in /etc/security/limits.conf");
    }

    private void hugePages() {
        List<HostMemory.HugePages> pages = host.memory().hugePages().stream()
                .filter(size -> size.total() > 0)
                .toList();
        if (pages.isEmpty()) {
            add(
                    Topic.HUGE_PAGES,
                    Level.NOTE,
                    "none are reserved; DMA memory works without, with more IOMMU entries",
                    "echo 64 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
            return;
        }
        findings.add(Finding.ok(
                Topic.HUGE_PAGES,
                pages.stream()
                        .map(size -> size.free() + " of " + size.total() + " pages of " + size.size() / MIB
                                + " MiB are free")
                        .collect(Collectors.joining(", "))));
    }

    private void security() {
        if (support.unsafeNoIommu() && !host.iommus().isEmpty()) {
            add(
                    Topic.SECURITY,
                    Level.NOTE,
                    "unsafe no-IOMMU mode is on: who may use such a device can read and write all memory",
                    "echo 0 > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
        }
        String lockdown = facts.lockdown();
        if (!lockdown.isEmpty()) {
            add(
                    Topic.SECURITY,
                    Level.NOTE,
                    "the kernel is locked down (" + lockdown
                            + "): unsigned modules and direct access to BARs are refused",
                    "");
        }
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
