// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.DeviceLocator;
import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioSupport.Node;
import io.jvfio.host.VfioSupport.Part;
import io.jvfio.host.VfioSupport.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks of a host what this process, or another user, needs to open VFIO devices.
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
    private final @Nullable HostUser user;
    private final String who;
    private final List<HostFunction> functions;
    private final Map<DeviceLocator, VfioAccess> bound = new LinkedHashMap<>();
    private final List<HostFinding> findings = new ArrayList<>();

    /** For a user, or for this process if there is none. */
    Examination(Host host, SystemFacts facts, @Nullable HostUser user) {
        this.host = host;
        this.user = user;
        this.who = user == null ? "this process" : "user " + user.name();
        this.facts = facts;
        this.support = facts.support();
        functions = host.functions();
        functions.forEach(function -> bound.put(function.locator(), function.access()));
        host.mdevs().forEach(mdev -> bound.put(mdev.locator(), mdev.access()));
        bound.values().removeIf(access -> !access.bound());
    }

    List<HostFinding> findings() {
        user();
        iommu();
        interrupts();
        interfaces();
        findings.addAll(host.zpciExamination().findings(support));
        driver();
        devices();
        lockedMemory();
        hugePages();
        memoryNodes();
        security();
        return List.copyOf(findings);
    }

    private void add(Topic topic, Level level, String text, String remedy) {
        findings.add(new HostFinding(topic, level, text, remedy));
    }

    /** What is said of another user is less than that user would find. */
    private void user() {
        if (user != null) {
            String groups = user.groups().isEmpty() ? "in no group" : "groups " + join(user.groups());
            add(
                    Topic.USER,
                    Level.NOTE,
                    user.name() + " (uid " + user.uid() + ", " + groups
                            + ") is judged by owner, group and mode of nodes;"
                            + " access lists, capabilities, security modules and the devices of a container are not known",
                    "to be sure, run jvfio doctor as " + user.name());
        }
    }

    private static String join(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private void iommu() {
        List<HostIommu> iommus = host.iommus();
        long groups = host.groups().stream().filter(group -> !group.noIommu()).count();
        if (!iommus.isEmpty() && groups > 0) {
            String names = iommus.stream()
                    .map(iommu -> iommu.name() + " (" + iommu.kind().title() + ")")
                    .collect(Collectors.joining(", "));
            findings.add(HostFinding.ok(Topic.IOMMU, names + ", " + count(groups, "group")));
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

    /** Without groups there is nothing that VFIO could ask for. */
    private void interrupts() {
        if (host.iommus().isEmpty()) {
            return;
        }
        InterruptIsolation isolation = host.interruptIsolation();
        String unsafe = String.join(" and ", isolation.unsafe());
        switch (isolation.state()) {
            case ISOLATED -> {
                if (unsafe.isEmpty()) {
                    findings.add(HostFinding.ok(Topic.INTERRUPTS, isolation.evidence()));
                } else {
                    add(
                            Topic.INTERRUPTS,
                            Level.NOTE,
                            isolation.evidence() + ", and yet " + unsafe + " may do without (allow_unsafe_interrupts)",
                            InterruptIsolation.command(isolation.unsafe(), false));
                }
            }
            case OPEN -> {
                boolean refused = unsafe.isEmpty();
                add(
                        Topic.INTERRUPTS,
                        refused ? Level.PROBLEM : Level.NOTE,
                        isolation.evidence()
                                + (refused
                                        ? ", so VFIO refuses devices: they could raise any interrupt"
                                        : ": a device of " + unsafe + " can raise any interrupt of the host"),
                        howToRemap(isolation));
            }
            case UNKNOWN ->
                add(
                        Topic.INTERRUPTS,
                        Level.NOTE,
                        "whether the IOMMU remaps interrupts is not known here; if it does not, opening ends with EPERM"
                                + (unsafe.isEmpty() ? "" : ", but not by " + unsafe + " (allow_unsafe_interrupts)"),
                        "dmesg | grep -i remapping, as root");
        }
    }

    private String howToRemap(InterruptIsolation isolation) {
        String enable = facts.commandLineHas("intremap=off") || facts.commandLineHas("nointremap")
                ? "boot without intremap=off and nointremap"
                : "enable interrupt remapping (often named x2APIC) in the firmware";
        return isolation.unsafe().isEmpty() && !isolation.strict().isEmpty()
                ? enable + "; or, for devices whose users are trusted like root, "
                        + InterruptIsolation.command(isolation.strict(), true)
                : enable;
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
        HostFinding iommufd = iommufd();
        HostFinding groups = groups();
        boolean either = iommufd.level() == Level.OK || groups.level() == Level.OK;
        findings.add(either ? iommufd : worse(iommufd));
        findings.add(either ? groups : worse(groups));
    }

    private static HostFinding worse(HostFinding finding) {
        return new HostFinding(finding.topic(), Level.PROBLEM, finding.text(), finding.remedy());
    }

    private HostFinding iommufd() {
        Node node = support.nodes().getLast();
        if (support.state(Part.IOMMUFD) != State.PRESENT) {
            return missing(Topic.IOMMUFD, Part.IOMMUFD);
        }
        if (!support.devicesHaveNodes() && !bound.isEmpty()) {
            return new HostFinding(
                    Topic.IOMMUFD,
                    Level.NOTE,
                    "devices have no nodes of their own",
                    "use Linux 6.6 or later with CONFIG_VFIO_DEVICE_CDEV");
        }
        return node(Topic.IOMMUFD, node);
    }

    private HostFinding groups() {
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

    private HostFinding missing(Topic topic, Part part) {
        boolean loadable = support.state(part) == State.LOADABLE;
        return new HostFinding(
                topic,
                Level.NOTE,
                loadable ? part.module() + " is not loaded" : "this kernel has no " + part.module(),
                loadable ? "modprobe " + part.module() : "use a kernel with " + part.option());
    }

    private HostFinding node(Topic topic, Node node) {
        if (!node.exists()) {
            return new HostFinding(
                    topic,
                    Level.NOTE,
                    "there is no " + node.path(),
                    "a container needs the host's node (--device " + node.path() + ")");
        }
        return node.openable()
                ? HostFinding.ok(topic, node.path() + " can be opened (" + node.owner() + ")")
                : new HostFinding(
                        topic,
                        Level.NOTE,
                        who + " may not open " + node.path() + " (" + node.owner() + ")",
                        "give the user access by a udev rule, see jvfio udev");
    }

    private void driver() {
        switch (support.state(Part.VFIO_PCI)) {
            case PRESENT -> findings.add(HostFinding.ok(Topic.DRIVER, "vfio-pci is there"));
            case LOADABLE, ABSENT -> {
                HostFinding missing = missing(Topic.DRIVER, Part.VFIO_PCI);
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

    private static HostFinding device(DeviceLocator locator, VfioAccess access, Level otherwise) {
        if (access.openable()) {
            return HostFinding.ok(Topic.DEVICES, locator + " can be opened");
        }
        String remedy = access.obstacle() == Obstacle.NO_PERMISSION
                ? "jvfio udev " + locator.target() + " prints a rule that gives access to a user or a group"
                : "jvfio show " + locator + " says more";
        return new HostFinding(Topic.DEVICES, otherwise, locator + " cannot be opened: " + access.reason(), remedy);
    }

    private void lockedMemory() {
        if (user == null) {
            lockedMemory(new LockLimits.Known(host.memory().locking().limit(), "", true));
            return;
        }
        LockLimits.Known known = host.lockLimits(user).find();
        if (known == null) {
            add(
                    Topic.LOCKED_MEMORY,
                    Level.NOTE,
                    "what " + who + " may lock is not known: a login or a service sets it",
                    "look at LimitMEMLOCK= of the service, or at \"ulimit -l\" in a login of " + user.name());
        } else {
            lockedMemory(known);
        }
    }

    private void lockedMemory(LockLimits.Known known) {
        long limit = known.bytes();
        String source = known.source().isEmpty()
                ? ""
                : " (" + known.source() + (user != null && user.root() ? ")" : "; a service has its own limit)");
        if (limit < 0 || limit >= COMFORTABLE) {
            findings.add(HostFinding.ok(
                    Topic.LOCKED_MEMORY,
                    (limit < 0 ? "no limit holds for " + who : limit / MIB + " MiB may be locked") + source));
            return;
        }
        add(
                Topic.LOCKED_MEMORY,
                limit < LEAST_LOCKABLE && known.configured() ? Level.PROBLEM : Level.NOTE,
                (limit < MIB ? limit / 1024 + " KiB" : limit / MIB + " MiB") + " may be locked" + source
                        + ", and all memory that is mapped for DMA counts",
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
        findings.add(HostFinding.ok(
                Topic.HUGE_PAGES,
                pages.stream()
                        .map(size -> size.free() + " of " + size.total() + " pages of " + size.size() / MIB
                                + " MiB are free")
                        .collect(Collectors.joining(", "))));
    }

    /** Of interest where there are several alone. */
    private void memoryNodes() {
        long nodes =
                host.memory().nodes().stream().filter(node -> node.total() != 0).count();
        if (nodes < 2) {
            return;
        }
        String homeless = functions.stream()
                .filter(function -> function.access().bound() && function.numaNode() < 0)
                .map(function -> function.address().toString())
                .collect(Collectors.joining(", "));
        if (homeless.isEmpty()) {
            findings.add(HostFinding.ok(
                    Topic.MEMORY_NODES,
                    nodes + " of them; DMA memory is taken from the one that is nearest to its device"));
        } else {
            add(
                    Topic.MEMORY_NODES,
                    Level.NOTE,
                    nodes + " of them, and the firmware does not say which is near to " + homeless
                            + ": their DMA memory lies where it is first touched",
                    "run the driver on the node that the device is on, or write its number to the device's numa_node in"
                            + " /sys/bus/pci/devices, as root");
        }
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
