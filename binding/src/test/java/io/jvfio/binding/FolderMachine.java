// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.binding.FakeMachine.Killed;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A host in a folder, for several processes at a time: one function, its driver and vfio-pci. Whoever gets the function's
 * lock is watched: nobody else has it, nothing has changed since it was given back, and what it is given back with is what
 * the change asks for, what was there before, or the unfinished change of somebody who was stopped.
 *
 * <p>Threads: one at a time; each thread of each process has its own.
 */
final class FolderMachine implements Effects {
    static final PciAddress FUNCTION = PciAddress.parse("0000:01:00.0");
    private static final String DEVICE = SnapshotReader.DEVICES + FUNCTION;
    private static final String VFIO = "vfio-pci";
    private static final String HOST = "nvme";

    private final Path root;
    private final Effects effects;
    private final HostFiles files;
    private final Runnable death;
    private Action action = Action.RECOVER;
    private int effectsLeft;
    private boolean stopped;
    private @Nullable Seen left;

    /** What a change asks for. */
    enum Action {
        BIND,
        RELEASE,
        RECOVER
    }

    /** What can be seen of the function. */
    record Seen(
            @Nullable String driver,
            @Nullable String override,
            boolean vfio,
            @Nullable Journal journal) {

        boolean free() {
            return HOST.equals(driver) && override == null && !vfio && journal == null;
        }

        boolean bound() {
            return VFIO.equals(driver)
                    && VFIO.equals(override)
                    && vfio
                    && journal != null
                    && !journal.unfinished()
                    && journal.action() == Journal.Action.BIND
                    && VFIO.equals(journal.target());
        }

        boolean broken() {
            return journal != null && journal.unfinished();
        }
    }

    /**
     * Opens a host that {@link #make} has made.
     *
     * @param death what happens when the effects that were allowed are used up
     */
    FolderMachine(Path root, Runnable death) {
        this.root = root;
        this.effects = new LinuxEffects(root, SystemCalls.linux());
        this.files = new HostFiles(new LiveHost(root, Map.of()));
        this.death = death;
    }

    /** A function on its host driver, and a kernel with vfio-pci. */
    static void make(Path root) throws IOException {
        FolderMachine machine = new FolderMachine(root, () -> {});
        machine.file("/proc/sys/kernel/osrelease", "7.3.4");
        machine.file("/lib/modules/7.3.4/modules.alias", "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci");
        machine.file("/lib/modules/7.3.4/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko");
        machine.file("/sys/module/vfio_pci/drivers/pci:vfio-pci/uevent", "");
        machine.file("/sys/class/vfio-dev/uevent", "");
        machine.file("/sys/bus/pci/drivers/nvme/uevent", "");
        machine.file("/dev/vfio/devices/vfio0", "");
        machine.file(DEVICE + "/modalias", Fixtures.NVME);
        machine.file(DEVICE + "/driver_override", "(null)");
        machine.file(DEVICE + "/reset_method", "flr");
        machine.put("/sys/bus/pci/drivers/vfio-pci/module", "../../../../module/vfio_pci");
        machine.put(DEVICE + "/iommu_group", "../../../../kernel/iommu_groups/7");
        machine.put(DEVICE + "/driver", "../../drivers/nvme");
        machine.file("/sys/kernel/iommu_groups/7/devices/" + FUNCTION, "");
    }

    KernelDrivers drivers() {
        return new KernelDrivers(() -> new LiveHost(root, Map.of()), () -> this);
    }

    private Path path(String path) {
        return root.resolve(path.substring(1));
    }

    /** Replaces a file as a whole. It need not survive the host, and does not wait for a disk. */
    private void file(String file, String text) throws IOException {
        Files.createDirectories(path(file).getParent());
        Path whole = Files.writeString(path(file + "." + UUID.randomUUID()), text.strip() + "\n");
        Files.move(whole, path(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void put(String link, String target) throws IOException {
        Files.createDirectories(path(link).getParent());
        Files.deleteIfExists(path(link));
        Files.createSymbolicLink(path(link), Path.of(target));
    }

    /** What is asked for next, and after how many effects it is stopped. */
    void begin(Action next, int most) {
        action = next;
        effectsLeft = most;
        stopped = false;
        left = null;
    }

    /** How the function was left by the last change; null if that did not get the lock. */
    @Nullable Seen left() {
        return left;
    }

    Seen seen() {
        SnapshotReader reader = new SnapshotReader(files);
        return new Seen(
                reader.driver(FUNCTION),
                reader.override(FUNCTION),
                reader.isVfio(FUNCTION),
                new Journals(files, this).read(FUNCTION));
    }

    private void effect() {
        if (stopped || effectsLeft-- <= 0) {
            stopped = true;
            death.run();
            throw new Killed();
        }
    }

    @Override
    public @Nullable Lock lock(String file) throws IOException {
        Lock lock = effects.lock(file);
        if (lock == null) {
            return null;
        }
        try {
            Files.createFile(path("/held"));
        } catch (FileAlreadyExistsException e) {
            throw new AssertionError("two have the lock", e);
        }
        Seen found = seen();
        String known = files.text("/known");
        if (known != null && !known.equals(found.toString())) {
            throw new AssertionError("without a lock, " + known + " was made " + found);
        }
        return () -> {
            try (lock) {
                unlock(found);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private void unlock(Seen found) throws IOException {
        boolean wasBound = found.broken() ? files.exists("/bound") : found.bound();
        Seen now = seen();
        left = now;
        if (!now.equals(found) && !isAskedFor(found, wasBound, now)) {
            throw new AssertionError(action + (stopped ? ", stopped, has" : " has") + " made " + found + " (bound: "
                    + wasBound + ") " + now);
        }
        Files.deleteIfExists(path("/bound"));
        if (now.broken() ? wasBound : now.bound()) {
            Files.createFile(path("/bound"));
        }
        file("/known", now.toString());
        Files.delete(path("/held"));
    }

    private boolean isAskedFor(Seen found, boolean wasBound, Seen now) {
        if (found.broken() != (action == Action.RECOVER)) {
            return false;
        }
        if (stopped && now.broken()) {
            return true;
        }
        return switch (action) {
            case BIND -> now.bound();
            case RELEASE -> now.free();
            case RECOVER -> wasBound ? now.bound() : now.free();
        };
    }

    /** After a process was killed that had the lock, which tells nobody any more how it leaves the function. */
    void buryHolder() throws IOException {
        Files.delete(path("/held"));
        file("/known", seen().toString());
    }

    @Override
    public int write(String attribute, String text, Duration patience) {
        effect();
        try {
            return switch (attribute.substring(attribute.lastIndexOf('/') + 1)) {
                case "driver_override" -> override(text);
                case "unbind" -> unbind(driver(attribute));
                case "bind" -> bind(driver(attribute));
                case "drivers_probe" -> files.link(DEVICE + "/driver") == null ? probe() : 0;
                default -> throw new AssertionError("nobody writes " + attribute);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String driver(String attribute) {
        String[] names = attribute.split("/", -1);
        return names[names.length - 2];
    }

    private int override(String text) throws IOException {
        file(DEVICE + "/driver_override", text.isEmpty() ? "(null)" : text);
        return 0;
    }

    private int unbind(String driver) throws IOException {
        if (!driver.equals(files.target(DEVICE + "/driver"))) {
            return -Errno.ENODEV;
        }
        Files.deleteIfExists(path(DEVICE + "/vfio-dev/vfio0"));
        Files.deleteIfExists(path(DEVICE + "/driver"));
        return 0;
    }

    private int bind(String driver) throws IOException {
        String only = new SnapshotReader(files).override(FUNCTION);
        if (!driver.equals(only == null ? HOST : only)) {
            return -Errno.ENODEV;
        }
        try {
            Files.createSymbolicLink(path(DEVICE + "/driver"), Path.of("../../drivers/" + driver));
        } catch (FileAlreadyExistsException e) {
            return -Errno.EBUSY;
        }
        if (driver.equals(VFIO)) {
            file(DEVICE + "/vfio-dev/vfio0", "");
        }
        return 0;
    }

    private int probe() throws IOException {
        return bind(Objects.requireNonNullElse(new SnapshotReader(files).override(FUNCTION), HOST));
    }

    @Override
    public String load(String module, Duration patience) {
        throw new AssertionError(module + " is built in");
    }

    @Override
    public void store(String file, String text) throws IOException {
        effect();
        file(file, text);
    }

    @Override
    public void remove(String file) throws IOException {
        effect();
        Files.deleteIfExists(path(file));
    }

    @Override
    public void link(String file, String target) throws IOException {
        effect();
        put(file, target);
    }

    @Override
    public boolean mayOpen(String file) {
        return effects.mayOpen(file);
    }

    @Override
    public boolean pause(Duration time) {
        return effects.pause(time);
    }

    @Override
    public long nanos() {
        return effects.nanos();
    }
}
