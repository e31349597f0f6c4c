// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Disks below a function: mounted, swapped on, held by device mapper, md or the like at any depth, of a ZFS pool, or just
 * not empty.
 *
 * <p>Threads: one at a time.
 */
final class DiskHazards {
    private static final String BLOCK = "/sys/class/block/";
    private static final String ZFS_MODULE = "/sys/module/zfs";
    private static final String ZFS_POOLS = "/proc/spl/kstat/zfs";
    private static final String SUBSYSTEMS = "/sys/class/nvme-subsystem";

    private final HostFiles files;
    private final ClassDevices below;
    private final Mounts mounts;
    private final List<Hazard> hazards = new ArrayList<>();

    private DiskHazards(HostFiles files, ClassDevices below) {
        this.files = files;
        this.below = below;
        this.mounts = Mounts.read(files);
    }

    static List<Hazard> find(HostFiles files, ClassDevices below) {
        return new DiskHazards(files, below).find();
    }

    private List<Hazard> find() {
        TreeSet<String> disks = new TreeSet<>(below.of("block"));
        disks.addAll(sharedNamespaces());
        List<String> unused = new ArrayList<>();
        for (String disk : disks) {
            if (!checkUse(disk) && !checkZfs(disk)) {
                unused.add(disk);
            }
        }
        if (hazards.isEmpty()) {
            unused.forEach(disk -> data(disk)
                    .ifPresent(what -> hazards.add(new Hazard(
                            Row.U2, Severity.STRICT, "/dev/" + disk + " is not in use, but has data on it: " + what))));
        }
        return hazards;
    }

    /** With native multipath the disks belong to the subsystem, and the controllers are only linked there. */
    private List<String> sharedNamespaces() {
        List<String> controllers = below.of("nvme");
        List<String> found = new ArrayList<>();
        for (String subsystem : controllers.isEmpty() ? List.<String>of() : files.names(SUBSYSTEMS)) {
            List<String> names = files.names(SUBSYSTEMS + "/" + subsystem);
            if (names.stream().anyMatch(controllers::contains)) {
                names.stream().filter(name -> files.exists(BLOCK + name)).forEach(found::add);
            }
        }
        return found;
    }

    /** Looks at a disk and at all that is made of it; whether any of it is in use. */
    private boolean checkUse(String disk) {
        Map<String, String> path = new HashMap<>(Map.of(disk, "/dev/" + disk));
        Deque<String> pending = new ArrayDeque<>(List.of(disk));
        boolean used = false;
        while (!pending.isEmpty()) {
            String name = pending.pop();
            String how = path.getOrDefault(name, name);
            List<String> nodes = nodes(name);
            List<String> points = mounts.points(files.textOrEmpty(BLOCK + name + "/dev"), nodes);
            for (String point : points) {
                boolean root = point.equals("/");
                add(root ? Severity.NEVER : Severity.FORCE, how + " is mounted at " + point);
            }
            boolean swap = mounts.isSwap(nodes);
            if (swap) {
                add(Severity.FORCE, how + " is swapped on");
            }
            List<String> holders = files.names(BLOCK + name + "/holders");
            if (points.isEmpty() && !swap && holders.isEmpty() && !name.equals(disk)) {
                add(Severity.FORCE, how + " is set up");
            }
            used |= !points.isEmpty() || swap || !holders.isEmpty();
            for (String holder : holders) {
                if (path.putIfAbsent(holder, how + ", held by " + label(holder)) == null) {
                    pending.add(holder);
                }
            }
        }
        return used;
    }

    /**
     * ZFS claims its disks, but is in nobody's {@code holders}, and what it mounts has no device. Which pools it has is in
     * its statistics.
     */
    private boolean checkZfs(String disk) {
        String what = files.exists(ZFS_MODULE) ? files.signature("/dev/" + disk) : null;
        if (what == null || !what.startsWith(DiskSignature.ZFS)) {
            return false;
        }
        String pool = what.substring(DiskSignature.ZFS.length()).strip();
        if (pool.isEmpty() || !files.exists(ZFS_POOLS)) {
            add(Severity.FORCE, "/dev/" + disk + " is of a ZFS pool, and ZFS is running: it may use it");
            return true;
        }
        if (!files.exists(ZFS_POOLS + "/" + pool)) {
            return false;
        }
        boolean root = mounts.rootIsOfPool(pool);
        add(
                root ? Severity.NEVER : Severity.FORCE,
                "/dev/" + disk + " is of the ZFS pool " + pool + ", which is imported"
                        + (root ? " and has the root file system" : ""));
        return true;
    }

    private void add(Severity severity, String evidence) {
        hazards.add(new Hazard(Row.U1, severity, evidence));
    }

    /** The nodes by which a block device may be named: its own, and the device mapper's. */
    private List<String> nodes(String name) {
        String mapped = files.text(BLOCK + name + "/dm/name");
        return mapped == null ? List.of("/dev/" + name) : List.of("/dev/" + name, "/dev/mapper/" + mapped);
    }

    private String label(String name) {
        String mapped = files.text(BLOCK + name + "/dm/name");
        return "/dev/" + name + (mapped == null ? "" : " (" + mapped + ")");
    }

    /** What seems to be on a disk that nobody uses. */
    private Optional<String> data(String disk) {
        if (files.exists(BLOCK + disk + "/partition")) {
            return Optional.of("it is a partition");
        }
        return Optional.ofNullable(files.signature("/dev/" + disk));
    }
}
