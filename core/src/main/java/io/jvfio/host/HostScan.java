// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.PciAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the devices of a host, or a look at one of them, which costs no more than its group has devices. A
 * function's numbers come from its {@code uevent}, which has them all but for the revision; with {@code numa_node} that
 * makes three files.
 *
 * <p>Threads: immutable.
 */
final class HostScan {
    private static final String PCI = "bus/pci/devices";
    private static final String MDEV = "bus/mdev/devices";
    private static final String GROUPS = "kernel/iommu_groups";
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Starting the threads for it takes as long as reading some hundred functions. */
    private static final int MANY = 1000;

    private final Sysfs sysfs;
    private final Path devRoot;

    HostScan(Sysfs sysfs, Path devRoot) {
        this.sysfs = sysfs;
        this.devRoot = devRoot;
    }

    /** Any device, as far as its group is concerned. */
    private record Member(Path directory, @Nullable String driver, int group) implements BusDevice {
        @Override
        public String name() {
            return directory.getFileName().toString();
        }
    }

    /** A function before it is known how it could be opened. */
    private record Function(
            PciAddress address,
            Path directory,
            FunctionIds ids,
            @Nullable String driver,
            int group,
            int numaNode,
            SriovRole sriov,
            @Nullable PciAddress physicalFunction,
            List<PciAddress> upstream)
            implements BusDevice {
        @Override
        public String name() {
            return address.toString();
        }
    }

    List<HostFunction> functions() {
        VfioClasses vfio = VfioClasses.all(sysfs, devRoot);
        List<Function> found = stream(sysfs.names(sysfs.path(PCI)))
                .filter(PciAddress::matches)
                .flatMap(name -> Stream.ofNullable(read(PciAddress.parse(name))))
                .toList();
        Map<Integer, List<Function>> groups = found.stream().collect(Collectors.groupingBy(Function::group));
        return stream(found)
                .map(function ->
                        finish(vfio, function, function.group() < 0 ? List.of() : groups.get(function.group())))
                .sorted(Comparator.comparing(HostFunction::address))
                .toList();
    }

    /** Each file of sysfs waits for the kernel: of many functions every core reads a part. */
    private static <T> Stream<T> stream(List<T> all) {
        return all.size() < MANY ? all.stream() : all.parallelStream();
    }

    Optional<HostFunction> function(PciAddress address) {
        Function function = read(address);
        if (function == null) {
            return Optional.empty();
        }
        List<BusDevice> group = new ArrayList<>(List.of(function));
        group.addAll(members(function.group(), function.name()));
        return Optional.of(finish(VfioClasses.of(sysfs, devRoot, group), function, group));
    }

    boolean isVfio(PciAddress address) {
        Member function = member(sysfs.path(PCI).resolve(address.toString()));
        return VfioClasses.of(sysfs, devRoot, List.of(function)).isVfio(function);
    }

    List<Path> vfioNodes(PciAddress address) {
        Member function = member(sysfs.path(PCI).resolve(address.toString()));
        return VfioClasses.of(sysfs, devRoot, List.of(function)).nodes(function);
    }

    List<HostMdev> mdevs() {
        return sysfs.names(sysfs.path(MDEV)).stream()
                .filter(name -> UUID_TEXT.matcher(name).matches())
                .map(name -> mdev(UUID.fromString(name)))
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(mdev -> mdev.uuid().toString()))
                .toList();
    }

    Optional<HostMdev> mdev(UUID uuid) {
        Path link = sysfs.path(MDEV).resolve(uuid.toString());
        Path target = sysfs.link(link);
        if (target == null || !Files.isDirectory(link)) {
            return Optional.empty();
        }
        Path parent = target.getParent();
        Member member = member(link);
        String type = sysfs.target(link.resolve("mdev_type"));
        return Optional.of(new HostMdev(
                uuid,
                parent == null || parent.getFileName() == null
                        ? ""
                        : parent.getFileName().toString(),
                type == null ? "" : type,
                member.driver(),
                member.group(),
                VfioClasses.of(sysfs, devRoot, List.of(member)).access(member, false, List.of())));
    }

    private static HostFunction finish(
            VfioClasses vfio, Function function, @Nullable Collection<? extends BusDevice> members) {
        return new HostFunction(
                function.address(),
                function.ids(),
                function.driver(),
                function.group(),
                function.numaNode(),
                function.sriov(),
                function.physicalFunction(),
                function.upstream(),
                vfio.access(
                        function, function.ids().isPciBridge(), members == null ? List.of() : List.copyOf(members)));
    }

    private @Nullable Function read(PciAddress address) {
        Path directory = sysfs.path(PCI).resolve(address.toString());
        Member member = member(directory);
        FunctionIds ids = ids(uevent(directory), sysfs.read(directory.resolve("revision")));
        int numaNode = Numbers.decimal(sysfs.read(directory.resolve("numa_node")), -1);
        Path link = directory.resolve("physfn");
        // Asked for first, as most functions have none, and an exception costs more than both questions.
        String physical = Files.exists(link) ? sysfs.target(link) : null;
        SriovRole role = physical != null
                ? SriovRole.VF
                : Files.exists(directory.resolve("sriov_totalvfs")) ? SriovRole.PF : SriovRole.NONE;
        PciAddress physicalFunction =
                physical != null && PciAddress.matches(physical) ? PciAddress.parse(physical) : null;
        // Last, so that a device that left meanwhile is not taken for one without driver and group.
        return Files.isDirectory(directory)
                ? new Function(
                        address,
                        directory,
                        ids,
                        member.driver(),
                        member.group(),
                        Math.max(numaNode, -1),
                        role,
                        physicalFunction,
                        upstream(sysfs.link(directory)))
                : null;
    }

    /** The bridges on the way to a function: {@code ../../../devices/pci0000:00/0000:00:08.0/0000:01:00.0} has one. */
    private static List<PciAddress> upstream(@Nullable Path place) {
        List<PciAddress> bridges = new ArrayList<>();
        int last = place == null ? 0 : place.getNameCount() - 1;
        for (int i = 0; i < last && place != null; i++) {
            String name = place.getName(i).toString();
            if (PciAddress.matches(name)) {
                bridges.add(PciAddress.parse(name));
            }
        }
        return bridges;
    }

    private Member member(Path directory) {
        return new Member(
                directory,
                sysfs.target(directory.resolve("driver")),
                Numbers.decimal(sysfs.target(directory.resolve("iommu_group")), -1));
    }

    /** The groups by number; each with a member at least. */
    List<HostGroup> groups() {
        VfioClasses vfio = VfioClasses.all(sysfs, devRoot);
        return sysfs.names(sysfs.path(GROUPS)).stream()
                .map(name -> Numbers.decimal(name, -1))
                .filter(number -> number >= 0)
                .sorted()
                .map(number -> group(vfio, number, members(number, "")))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A group, or empty if it has no members. */
    Optional<HostGroup> group(int number) {
        List<Member> members = members(number, "");
        return group(VfioClasses.of(sysfs, devRoot, members), number, members);
    }

    private Optional<HostGroup> group(VfioClasses vfio, int number, List<Member> members) {
        List<HostGroup.Member> found = new ArrayList<>();
        for (Member member : members) {
            found.add(new HostGroup.Member(member.name(), member.driver(), vfio.role(member)));
        }
        found.sort(Comparator.comparing(HostGroup.Member::name));
        String type = sysfs.read(sysfs.path(GROUPS).resolve(number + "/type"));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(new HostGroup(number, type == null ? "" : type, vfio.isNoIommu(number), found));
    }

    /** The devices of a group but for one. */
    private List<Member> members(int group, String known) {
        if (group < 0) {
            return List.of();
        }
        Path devices = sysfs.path(GROUPS).resolve(group + "/devices");
        return sysfs.names(devices).stream()
                .filter(name -> !name.equals(known))
                .map(name -> member(devices.resolve(name)))
                .toList();
    }

    private Map<String, String> uevent(Path directory) {
        Map<String, String> values = new HashMap<>();
        String text = sysfs.read(directory.resolve("uevent"));
        if (text != null) {
            text.lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(line.substring(0, equals), line.substring(equals + 1));
                }
            });
        }
        return values;
    }

    private static FunctionIds ids(Map<String, String> uevent, @Nullable String revision) {
        String[] id = pair(uevent.get("PCI_ID"));
        String[] subsystem = pair(uevent.get("PCI_SUBSYS_ID"));
        return new FunctionIds(
                Numbers.hex(id[0], 16, FunctionIds.UNKNOWN),
                Numbers.hex(id[1], 16, FunctionIds.UNKNOWN),
                Numbers.hex(subsystem[0], 16, FunctionIds.UNKNOWN),
                Numbers.hex(subsystem[1], 16, FunctionIds.UNKNOWN),
                Numbers.hex(uevent.get("PCI_CLASS"), 24, FunctionIds.UNKNOWN),
                Numbers.hex(revision, 8, FunctionIds.UNKNOWN));
    }

    /** {@code 8086:10D3} in two; empty texts if it is not of this form. */
    private static String[] pair(@Nullable String text) {
        int colon = text == null ? -1 : text.indexOf(':');
        return text == null || colon < 0
                ? new String[] {"", ""}
                : new String[] {text.substring(0, colon), text.substring(colon + 1)};
    }
}
