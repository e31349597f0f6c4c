// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.HotResetFunction.Ownership;
import io.jvfio.host.AffectedFunction.Owner;
import io.jvfio.pci.PciDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A hot reset before it happens: which functions it affects, whose they are, and whether it may be done.
 *
 * <p>Threads: immutable; {@link #execute} as {@link PciDevice#hotReset}.
 */
public final class HotResetPlan {
    private static final String CALL = "VFIO_DEVICE_PCI_HOT_RESET";

    private final Host host;
    private final List<PciDevice> devices;
    private final List<AffectedFunction> affected;

    private HotResetPlan(Host host, List<PciDevice> devices, List<AffectedFunction> affected) {
        this.host = host;
        this.devices = devices;
        this.affected = affected;
    }

    /**
     * Finds out what a hot reset of a device would affect: the reset of its whole slot or bus, which works where the
     * function has no reset of its own. Nothing is reset yet. Blocks.
     *
     * @param host shows whose the functions are
     * @param device what is to be reset
     * @param together devices that this process has open and that may be reset with it; those that the reset does not
     *     reach stay out of the plan
     * @return the plan, with who is in the way
     * @throws VfioException with ENOTTY if the carrier has no hot reset, with ENODEV if neither slot nor bus can be
     *     reset
     * @throws IllegalStateException if the device is closed
     */
    public static HotResetPlan of(Host host, PciDevice device, Collection<PciDevice> together) {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(together, "together");
        checkOpen(device);
        Set<PciAddress> reached = hotReset(device).functions().stream()
                .map(HotResetFunction::address)
                .collect(Collectors.toSet());
        List<PciDevice> devices = new ArrayList<>(List.of(device));
        for (PciDevice other : together) {
            PciAddress address = address(other)
                    .orElseThrow(() -> new IllegalArgumentException(
                            other.name() + " does not say which function it is, so it cannot be reset with others"));
            if (other != device && reached.contains(address)) {
                devices.add(other);
            }
        }
        return new HotResetPlan(host, List.copyOf(devices), look(host, devices));
    }

    private static List<AffectedFunction> look(Host host, List<PciDevice> devices) {
        List<HotReset> resets = devices.stream().map(HotResetPlan::hotReset).toList();
        Set<Integer> groups =
                resets.stream().map(HotReset::group).filter(group -> group >= 0).collect(Collectors.toSet());
        Set<PciAddress> opened = devices.stream()
                .map(HotResetPlan::address)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        return resets.getFirst().functions().stream()
                .sorted(Comparator.comparing(HotResetFunction::address))
                .map(function -> look(host, function, groups, opened))
                .toList();
    }

    private static AffectedFunction look(
            Host host, HotResetFunction function, Set<Integer> groups, Set<PciAddress> opened) {
        @Nullable HostFunction seen = host.function(function.address()).orElse(null);
        @Nullable String driver = seen == null ? null : seen.driver();
        boolean ours = function.ownership() == Ownership.BY_GROUP
                ? groups.contains(function.group())
                : function.ownership() == Ownership.OWNED;
        if (seen != null && seen.sriov() == SriovRole.VF) {
            return new AffectedFunction(function.address(), driver, Owner.VIRTUAL_FUNCTION, List.of());
        }
        if (seen == null || !seen.access().bound()) {
            Owner owner = driver == null ? Owner.NO_DRIVER : Owner.HOST_DRIVER;
            return new AffectedFunction(function.address(), driver, owner, List.of());
        }
        List<NodeHolder> holders = ours ? List.of() : host.holders(nodes(seen.access()));
        boolean used = !holders.isEmpty() || opened.contains(function.address());
        Owner owner = ours ? Owner.OURS : used ? Owner.OTHER_PROCESS : Owner.UNUSED;
        return new AffectedFunction(function.address(), driver, owner, holders);
    }

    private static Set<Path> nodes(VfioAccess access) {
        Set<Path> nodes = new HashSet<>();
        Optional.ofNullable(access.cdev()).ifPresent(nodes::add);
        Optional.ofNullable(access.groupNode()).ifPresent(nodes::add);
        return nodes;
    }

    private static Optional<PciAddress> address(PciDevice device) {
        Optional<PciAddress> known = device.device().ability(HotReset.class).flatMap(HotReset::self);
        if (known.isPresent()) {
            return known;
        }
        try {
            String target = DeviceLocator.parse(device.name()).target();
            return PciAddress.matches(target) ? Optional.of(PciAddress.parse(target)) : Optional.empty();
        } catch (IllegalArgumentException nameOfAnotherKind) {
            return Optional.empty();
        }
    }

    private static HotReset hotReset(PciDevice device) {
        return HotReset.of(device.device(), device.name());
    }

    /** A closed device does not give its config space. */
    private static void checkOpen(PciDevice device) {
        device.config();
    }

    /** The functions that are reset, by address; the device itself among them. */
    public List<AffectedFunction> affected() {
        return affected;
    }

    /** Why it may not be done, a line for each function that is in the way; empty if it may. */
    public List<String> obstacles() {
        return affected.stream()
                .map(AffectedFunction::obstacle)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** Whether it may be done. */
    public boolean permitted() {
        return obstacles().isEmpty();
    }

    /**
     * Resets all affected functions. The plan is looked at again before. For each device in it, what
     * {@link PciDevice#reset} says of the state afterwards holds; functions of the same groups that nobody has open are
     * reset too. Stop register access to all of them first. Blocks, a second or more.
     *
     * @throws VfioException with EPERM if a function is in the way, with ESTALE if others are affected than when the plan
     *     was made; nothing was reset then
     * @throws IllegalStateException if one of the devices is closed
     */
    public void execute() {
        devices.forEach(HotResetPlan::checkOpen);
        if (!look(host, devices).equals(affected)) {
            throw new VfioException(
                    CALL, Errno.ESTALE, devices.getFirst().name(), "the affected functions have changed: plan anew");
        }
        if (!permitted()) {
            throw new VfioException(CALL, Errno.EPERM, devices.getFirst().name(), String.join("; ", obstacles()));
        }
        devices.getFirst().hotReset(devices);
    }
}
