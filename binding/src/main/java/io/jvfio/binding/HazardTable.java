// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for everything that speaks against taking a function for VFIO. Reads only; nothing is opened that would touch a
 * device but its config space.
 *
 * <p>Threads: one at a time.
 */
final class HazardTable {
    /** Intel QAT, DSA and IAX functions that {@code drivers/vfio/pci/vfio_pci.c} refuses. */
    private static final Set<Integer> DENIED = Set.of(0x19e2, 0x19e3, 0x37c8, 0x37c9, 0x0435, 0x0443, 0x0b25, 0x0cfe);

    private static final int INTEL = 0x8086;
    private static final int USB = 0x0c03;
    private static final int DISPLAY = 0x03;
    private static final int BRIDGE = 0x06;
    private static final Set<Integer> BUS_BRIDGES = Set.of(0x04, 0x07, 0x09);
    private static final int HEADER_TYPE = 0x0e;
    private static final int LAYOUT = 0x7f;
    private static final int NO_ANSWER = 0xff;
    private static final int IDS_TO_STATUS = 8;
    private static final int LAST_SEGMENT = 0xffff;
    private static final String VFIO_PCI = "/sys/module/vfio_pci/parameters/";
    private static final String UNSAFE = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    private final HostFiles files;
    private final PciAddress address;
    private final String directory;
    private final Modalias modalias;
    private final ClassDevices below;
    private final List<Hazard> found = new ArrayList<>();

    private HazardTable(HostFiles files, PciAddress address, Modalias modalias) {
        this.files = files;
        this.address = address;
        this.modalias = modalias;
        this.directory = SnapshotReader.DEVICES + address;
        this.below = new ClassDevices(files, address);
    }

    /** What speaks against it, by row. */
    static List<Hazard> of(HostFiles files, PciAddress address, Modalias modalias, List<GroupMember> others) {
        HazardTable table = new HazardTable(files, address, modalias);
        table.found.addAll(DiskHazards.find(files, table.below));
        table.found.addAll(NetworkHazards.find(files, table.below));
        table.display();
        table.virtualFunctions();
        table.answer();
        table.kind();
        table.input();
        table.group(others);
        table.denied();
        table.iommu();
        table.reset();
        table.hidden();
        table.holders();
        table.found.sort(Comparator.comparing(Hazard::id));
        return List.copyOf(table.found);
    }

    private void add(Row id, Severity severity, String evidence) {
        found.add(new Hazard(id, severity, evidence));
    }

    private void display() {
        List<String> signs = new ArrayList<>();
        if (files.number(directory + "/boot_vga", 0) == 1) {
            signs.add("it is the display that the firmware used");
        }
        for (String connector : below.of("drm")) {
            if ("enabled".equals(files.text("/sys/class/drm/" + connector + "/enabled"))) {
                signs.add(connector + " shows a picture");
            }
        }
        if (modalias.value(MatchField.BASE_CLASS) == DISPLAY) {
            below.of("graphics").forEach(framebuffer -> signs.add(framebuffer + " is its framebuffer"));
        }
        if (!signs.isEmpty()) {
            add(Row.U5, Severity.FORCE, String.join(", ", signs));
        }
    }

    private void virtualFunctions() {
        int count = files.number(directory + "/sriov_numvfs", 0);
        if (count > 0) {
            add(Row.U6, Severity.FORCE, "it has " + count + (count == 1 ? " virtual function" : " virtual functions"));
        }
    }

    /** A bus reads ones where nobody answers; a virtual function has no more than ids of ones. */
    private void answer() {
        String config = directory + "/config";
        if (IntStream.range(0, IDS_TO_STATUS).allMatch(at -> files.byteAt(config, at) == NO_ANSWER)) {
            add(
                    Row.U17,
                    Severity.FORCE,
                    "it does not answer: its config space reads as ones, as that of a device that is gone or without power");
        }
    }

    private void kind() {
        boolean bridge = isBridge(modalias);
        int layout = bridge ? 0 : files.byteAt(directory + "/config", HEADER_TYPE);
        if (bridge || layout > 0 && (layout & LAYOUT) != 0 && layout != 0xff) {
            add(Row.U7, Severity.NEVER, "it is a bridge, and VFIO takes endpoints only");
        }
    }

    static boolean isBridge(Modalias modalias) {
        return modalias.value(MatchField.BASE_CLASS) == BRIDGE
                && BUS_BRIDGES.contains(modalias.value(MatchField.SUB_CLASS));
    }

    private void input() {
        if (modalias.classCode() >> 8 == USB) {
            List<String> devices = below.of("input").stream()
                    .filter(name -> name.startsWith("input"))
                    .map(name -> files.textOrEmpty("/sys/class/input/" + name + "/name"))
                    .filter(name -> !name.isEmpty())
                    .toList();
            if (!devices.isEmpty()) {
                add(Row.U8, Severity.FORCE, "behind it: " + String.join(", ", devices));
            }
        }
    }

    private void group(List<GroupMember> others) {
        List<String> blockers = others.stream()
                .filter(GroupMember::blocks)
                .map(member -> member.address() + " (" + member.driver() + ")")
                .toList();
        if (!blockers.isEmpty()) {
            add(
                    Row.U9,
                    Severity.WARN,
                    "of its group " + String.join(", ", blockers)
                            + " will keep it from being opened: --whole-group takes the group");
        }
    }

    private void denied() {
        if (modalias.value(MatchField.VENDOR) == INTEL
                && DENIED.contains(modalias.value(MatchField.DEVICE))
                && !"Y".equals(files.text(VFIO_PCI + "disable_denylist"))) {
            add(
                    Row.U10,
                    Severity.NEVER,
                    "vfio-pci has it on its denylist, because the device has known errors; the module parameter"
                            + " disable_denylist=1 of vfio_pci lets it be bound");
        }
    }

    private void iommu() {
        if (files.link(directory + "/iommu_group") == null) {
            boolean unsafe = "Y".equals(files.text(UNSAFE));
            add(
                    Row.U11,
                    unsafe ? Severity.NO_IOMMU : Severity.NEVER,
                    "no IOMMU keeps its DMA in check" + (unsafe ? "" : noIommuAdvice()));
        }
    }

    private String noIommuAdvice() {
        return files.names("/sys/class/iommu").isEmpty()
                ? ": switch the IOMMU on in the firmware, and on the kernel's command line (intel_iommu=on, iommu=on);"
                        + " without one, --noiommu needs the parameter enable_unsafe_noiommu_mode=1 of the module vfio"
                : ", although the host has one; --noiommu needs the parameter enable_unsafe_noiommu_mode=1 of the module"
                        + " vfio";
    }

    private void reset() {
        if (files.textOrEmpty(directory + "/reset_method").isEmpty()) {
            add(Row.U12, Severity.WARN, "it cannot be reset, so what one user leaves in it the next one finds");
        }
    }

    private void hidden() {
        if (Integer.compareUnsigned(address.domain(), LAST_SEGMENT) > 0) {
            add(Row.U13, Severity.NEVER, "it is in a domain of its own behind " + controller() + ": bind that instead");
        }
    }

    /** The function of the host that the domain hangs on, as the path of the device names it, with its driver. */
    private String controller() {
        String[] path =
                String.valueOf(files.link("/sys/bus/pci/devices/" + address)).split("/", -1);
        for (int i = 1; i < path.length; i++) {
            if (path[i].startsWith("pci" + String.format("%04x:", address.domain()))
                    && PciAddress.matches(path[i - 1])) {
                String driver = files.target(SnapshotReader.DEVICES + path[i - 1] + "/driver");
                return path[i - 1] + (driver == null ? "" : " (" + driver + ")");
            }
        }
        return "another controller, such as Intel's VMD";
    }

    private void holders() {
        List<String> nodes = new ArrayList<>(below.nodes());
        @Nullable String minor = nvidiaMinor();
        if (minor != null) {
            nodes.add("/dev/nvidia" + minor);
        }
        nodes.addAll(files.vfioNodes(address));
        List<String> holders = files.holders(nodes);
        if (!holders.isEmpty()) {
            List<String> named =
                    holders.stream().map(HazardTable::holder).distinct().toList();
            add(Row.U14, Severity.FORCE, String.join(", ", named));
        }
    }

    /** {@code 4711 qemu-system-x86 /dev/vfio/3}, where the name may have blanks. */
    static String holder(String line) {
        String process = line.substring(0, line.indexOf(' '));
        String node = line.substring(line.lastIndexOf(' ') + 1);
        String command = line.substring(process.length() + 1, line.length() - node.length() - 1);
        return command + " (process " + process + ") has " + node + " open";
    }

    /** NVIDIA's own driver makes nodes that sysfs does not know. */
    private @Nullable String nvidiaMinor() {
        return files.textOrEmpty("/proc/driver/nvidia/gpus/" + address + "/information")
                .lines()
                .filter(line -> line.startsWith("Device Minor:"))
                .map(line -> line.substring("Device Minor:".length()).strip())
                .findFirst()
                .orElse(null);
    }
}
