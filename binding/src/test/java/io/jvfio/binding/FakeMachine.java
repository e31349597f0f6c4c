// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host in memory: functions, drivers and modules, and what the kernel does when {@code driver_override}, {@code bind},
 * {@code unbind} and {@code drivers_probe} are written ({@code drivers/base/dd.c}, {@code drivers/pci/pci-driver.c}).
 *
 * <p>Threads: one at a time.
 */
final class FakeMachine implements HostFiles.Source, Effects {
    static final String ALIASES = "/lib/modules/7.3.4/modules.alias";
    private static final String DEVICES = "/sys/bus/pci/devices/";
    private static final String DRIVERS = "/sys/bus/pci/drivers/";

    final Map<String, Device> devices = new TreeMap<>();
    final Map<String, String> texts = new TreeMap<>();
    final Map<String, String> links = new HashMap<>();
    final List<String> aliases = new ArrayList<>(List.of("alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci"));

    /** All that was written to sysfs, in order. */
    final List<String> writes = new ArrayList<>();

    final Set<String> locked = new HashSet<>();

    /** What others do before the next lock is asked for. */
    @Nullable Runnable meanwhile;

    private final Map<String, Driver> drivers = new TreeMap<>();
    private final Map<String, List<Driver>> modules = new TreeMap<>();
    private final Set<String> loaded = new TreeSet<>();
    private long now;
    private int effectsLeft = Integer.MAX_VALUE;
    private boolean dead;

    /** The process has ended. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** A function. */
    static final class Device {
        final String modalias;
        final int group;

        @Nullable String driver;

        @Nullable String override;

        /** Its driver does not let go. */
        boolean held;

        Device(String modalias, int group) {
            this.modalias = modalias;
            this.group = group;
        }
    }

    /** A driver, with what it does to a function that it is offered. */
    static final class Driver {
        final String name;
        final String module;
        final boolean vfio;
        int error;

        /** By modalias, what it makes of one kind of function. */
        final Map<String, Integer> errorOf = new HashMap<>();

        Driver(String name, String module, boolean vfio) {
            this.name = name;
            this.module = module;
            this.vfio = vfio;
        }

        int error(Device device) {
            return errorOf.getOrDefault(device.modalias, error);
        }
    }

    FakeMachine() {
        texts.put("/proc/sys/kernel/osrelease", "7.3.4");
        module("vfio_pci", new Driver("vfio-pci", "vfio_pci", true));
    }

    KernelDrivers drivers() {
        Supplier<HostFiles.Source> source = () -> this;
        return new KernelDrivers(source, () -> this);
    }

    Driver module(String module, Driver driver) {
        modules.computeIfAbsent(module, any -> new ArrayList<>()).add(driver);
        return driver;
    }

    /** A driver of the host that is there, and takes functions whose modalias begins like this. */
    Driver hostDriver(String name) {
        Driver driver = new Driver(name, name, false);
        module(name, driver);
        register(name);
        return driver;
    }

    Device device(String address, String modalias, int group, @Nullable String driver) {
        Device device = new Device(modalias, group);
        device.driver = driver;
        devices.put(address, device);
        return device;
    }

    private void register(String module) {
        loaded.add(module);
        modules.get(module).forEach(driver -> drivers.put(driver.name, driver));
    }

    /** From now on so many effects happen, and then the process is killed. */
    void killAfter(int effects) {
        effectsLeft = effects;
        dead = false;
    }

    /** A new process on the same host. */
    void restart() {
        effectsLeft = Integer.MAX_VALUE;
        dead = false;
        locked.clear();
    }

    /** A file or an attribute is changed, which is done with a lock. */
    private void change() {
        if (locked.isEmpty()) {
            throw new AssertionError("nobody has a lock");
        }
        effect();
    }

    private void effect() {
        if (dead || effectsLeft-- <= 0) {
            dead = true;
            throw new Killed();
        }
    }

    /** The drivers and overrides of all functions. */
    String state() {
        StringBuilder state = new StringBuilder();
        devices.forEach((address, device) -> state.append(address)
                .append(' ')
                .append(device.driver)
                .append(' ')
                .append(device.override)
                .append('\n'));
        return state.toString();
    }

    @Override
    public @Nullable List<String> answer(HostQuestion question) {
        String path = question.subject();
        return switch (question.kind()) {
            case TEXT -> list(text(path));
            case NAMES -> names(path);
            case LINK -> list(link(path));
            case EXISTS -> exists(path) ? List.of() : null;
            case LINES -> path.equals(ALIASES) ? aliases : null;
            case MODULE_FILE ->
                path.endsWith("modules.dep") && modules.containsKey(question.filter())
                        ? List.of("0", question.filter() + ".ko")
                        : null;
            case BYTES, SIGNATURE, VARIABLE -> null;
            case VFIO -> isVfio(devices.get(path)) ? List.of() : null;
            case VFIO_NODES -> vfioNodes(devices.get(path));
            case HOLDERS -> holders(List.of(question.filter().split(",", -1)));
        };
    }

    private static @Nullable List<String> list(@Nullable String text) {
        return text == null ? null : List.of(text);
    }

    private List<String> holders(List<String> nodes) {
        List<String> found = new ArrayList<>();
        devices.forEach((address, device) -> {
            String node = "/dev/vfio/devices/vfio" + device.group;
            if (device.held && nodes.contains(node)) {
                found.add("4711 qemu " + node);
            }
        });
        return found;
    }

    private boolean isVfio(@Nullable Device device) {
        Driver driver = device == null || device.driver == null ? null : drivers.get(device.driver);
        return driver != null && driver.vfio;
    }

    private List<String> vfioNodes(@Nullable Device device) {
        return device != null && isVfio(device) ? List.of("/dev/vfio/devices/vfio" + device.group) : List.of();
    }

    private @Nullable String text(String path) {
        if (texts.containsKey(path)) {
            return texts.get(path).strip();
        }
        Device device = device(path);
        if (device == null) {
            return null;
        }
        return switch (last(path)) {
            case "modalias" -> device.modalias;
            case "driver_override" -> device.override == null ? "(null)" : device.override;
            case "reset_method" -> "flr";
            default -> null;
        };
    }

    private @Nullable String link(String path) {
        Device device = device(path);
        if (device != null && last(path).equals("driver") && device.driver != null) {
            return "../../../bus/pci/drivers/" + device.driver;
        }
        if (device != null && last(path).equals("iommu_group")) {
            return "../../../kernel/iommu_groups/" + device.group;
        }
        if (path.startsWith(DRIVERS) && path.endsWith("/module")) {
            Driver driver = drivers.get(path.substring(DRIVERS.length(), path.length() - "/module".length()));
            return driver == null ? null : "../../../../module/" + driver.module;
        }
        return links.get(path);
    }

    private List<String> names(String path) {
        if (path.equals("/sys/bus/pci/drivers")) {
            return List.copyOf(drivers.keySet());
        }
        if (path.startsWith("/sys/module/") && path.endsWith("/drivers")) {
            String module = path.split("/", -1)[3];
            return loaded.contains(module)
                    ? modules.get(module).stream()
                            .map(driver -> "pci:" + driver.name)
                            .toList()
                    : List.of();
        }
        if (path.startsWith("/sys/kernel/iommu_groups/")) {
            int group = Integer.parseInt(path.split("/", -1)[4]);
            return devices.entrySet().stream()
                    .filter(entry -> entry.getValue().group == group)
                    .map(Map.Entry::getKey)
                    .toList();
        }
        Set<String> names = new TreeSet<>();
        for (String file : texts.keySet()) {
            if (file.startsWith(path + "/")) {
                names.add(file.substring(path.length() + 1).split("/", -1)[0]);
            }
        }
        return List.copyOf(names);
    }

    private boolean exists(String path) {
        return path.equals("/lib/modules/7.3.4")
                || path.equals(ALIASES)
                || path.startsWith("/lib/modules/7.3.4/") && path.endsWith(".ko")
                || path.startsWith("/dev/vfio/devices/")
                || path.startsWith("/sys/module/") && loaded.contains(last(path))
                || path.startsWith(DRIVERS) && drivers.containsKey(last(path))
                || texts.containsKey(path)
                || links.containsKey(path);
    }

    private @Nullable Device device(String path) {
        if (!path.startsWith(DEVICES)) {
            return null;
        }
        String rest = path.substring(DEVICES.length());
        return devices.get(rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public int write(String attribute, String text, Duration patience) {
        change();
        writes.add(attribute + "=" + text);
        if (attribute.equals("/sys/bus/pci/drivers_probe")) {
            probe(Objects.requireNonNull(devices.get(text)));
            return 0;
        }
        if (attribute.endsWith("/driver_override")) {
            Objects.requireNonNull(device(attribute)).override = text.isEmpty() ? null : text;
            return 0;
        }
        String name = attribute.substring(DRIVERS.length(), attribute.lastIndexOf('/'));
        Driver driver = drivers.get(name);
        Device device = devices.get(text);
        if (driver == null || device == null) {
            return -Errno.ENODEV;
        }
        return switch (last(attribute)) {
            case "unbind" -> unbind(device, name);
            case "bind" -> bind(device, driver);
            default -> throw new AssertionError("nobody writes " + attribute);
        };
    }

    private static int unbind(Device device, String driver) {
        if (!driver.equals(device.driver)) {
            return -Errno.ENODEV;
        }
        if (device.held) {
            return -Errno.ETIMEDOUT;
        }
        device.driver = null;
        return 0;
    }

    private static int bind(Device device, Driver driver) {
        if (device.driver != null) {
            return -Errno.EBUSY;
        }
        if (!matches(device, driver)) {
            return -Errno.ENODEV;
        }
        if (driver.error(device) != 0) {
            return -driver.error(device);
        }
        device.driver = driver.name;
        return 0;
    }

    /** VFIO's drivers take only what is named for them; those of the host take what is named for nobody. */
    private static boolean matches(Device device, Driver driver) {
        return device.override == null ? !driver.vfio : device.override.equals(driver.name);
    }

    /** The kernel chooses a driver. */
    void probe(Device device) {
        for (Driver driver : drivers.values()) {
            if (device.driver == null && matches(device, driver) && driver.error(device) == 0) {
                device.driver = driver.name;
            }
        }
    }

    @Override
    public String load(String module, Duration patience) {
        effect();
        if (!modules.containsKey(module)) {
            return "no module " + module;
        }
        register(module);
        return "";
    }

    @Override
    public void store(String path, String text) throws IOException {
        change();
        texts.put(path, text);
    }

    @Override
    public void remove(String path) throws IOException {
        change();
        texts.remove(path);
        links.remove(path);
    }

    @Override
    public void link(String path, String target) throws IOException {
        change();
        links.put(path, target);
    }

    @Override
    public @Nullable Lock lock(String path) {
        Runnable others = meanwhile;
        meanwhile = null;
        if (others != null) {
            others.run();
        }
        return locked.add(path) ? () -> locked.remove(path) : null;
    }

    @Override
    public boolean mayOpen(String path) {
        return true;
    }

    @Override
    public boolean pause(Duration time) {
        now += time.toNanos();
        return true;
    }

    @Override
    public long nanos() {
        return now;
    }

    Device at(PciAddress address) {
        return Objects.requireNonNull(devices.get(address.toString()));
    }
}
