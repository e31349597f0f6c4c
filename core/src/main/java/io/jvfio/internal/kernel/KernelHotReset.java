// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioPciHotReset.VFIO_DEVICE_PCI_HOT_RESET;
import static io.jvfio.internal.uapi.VfioPciHotResetInfo.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.HotResetFunction.Ownership;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.Ioctl;
import io.jvfio.internal.uapi.VfioPciDependentDevice;
import io.jvfio.internal.uapi.VfioPciHotReset;
import io.jvfio.internal.uapi.VfioPciHotResetInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hot reset of a kernel device, in both of the kernel's forms: a device that is opened through its group shows the
 * groups' descriptors, one that is opened by its own node shows none, and what is in its iommufd counts.
 *
 * <p>Threads: thread-safe.
 */
final class KernelHotReset implements HotReset {
    /** Functions that the first question has room for; it is asked again if there are more. */
    private static final int USUAL_FUNCTIONS = 8;

    private static final int GROWTHS = 8;
    private static final int LOW_DOMAIN = 0xffff;

    private final Descriptor device;
    private final @Nullable Descriptor group;
    private final RegisterAccess registers;
    private final Runnable wasReset;
    private final String name;

    /**
     * The hot reset of an open device.
     *
     * @param group the descriptor of its group, or null if it was opened by its own node
     * @param wasReset called when the device was reset
     */
    KernelHotReset(
            Descriptor device, @Nullable Descriptor group, RegisterAccess registers, Runnable wasReset, String name) {
        this.device = device;
        this.group = group;
        this.registers = registers;
        this.wasReset = wasReset;
        this.name = name;
    }

    @Override
    public Optional<PciAddress> self() {
        return PciAddress.matches(name) ? Optional.of(PciAddress.parse(name)) : Optional.empty();
    }

    @Override
    public HotReset carrier() {
        return this;
    }

    @Override
    public List<HotResetFunction> functions() {
        int room = USUAL_FUNCTIONS;
        for (int i = 0; i < GROWTHS; i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = arena.allocate(VfioPciHotResetInfo.DEVICES.structSize(room), Long.BYTES);
                VfioPciHotResetInfo.STRUCT.fill(info, VfioPciHotResetInfo.request());
                int result = device.ioctl(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO.request(), info);
                if (result == -Errno.ENOSPC) {
                    room = Math.max(
                            room + 1, VfioPciHotResetInfo.STRUCT.read(info).count());
                    continue;
                }
                check(result, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO);
                VfioPciHotResetInfo answer = VfioPciHotResetInfo.STRUCT.read(info);
                return answer.devices(info).stream()
                        .map(device -> function(device, answer.byDevid()))
                        .toList();
            }
        }
        throw VfioException.of(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO.name(), Errno.ENOSPC, name);
    }

    private HotResetFunction function(VfioPciDependentDevice raw, boolean byDevid) {
        PciAddress address = new PciAddress(domain() | raw.segment(), raw.bus(), raw.devfn() >>> 3, raw.devfn() & 7);
        if (!byDevid) {
            return new HotResetFunction(address, raw.id(), Ownership.BY_GROUP);
        }
        boolean owned = raw.id() != VfioPciDependentDevice.VFIO_PCI_DEVID_NOT_OWNED;
        return new HotResetFunction(address, -1, owned ? Ownership.OWNED : Ownership.NOT_OWNED);
    }

    /** What the struct has no room for: functions that are reset together are of one domain. */
    private int domain() {
        return self().map(address -> address.domain() & ~LOW_DOMAIN).orElse(0);
    }

    @Override
    public int group() {
        if (group == null) {
            return -1;
        }
        int raw = group.acquire();
        try {
            Path node = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(raw)));
            return Integer.parseInt(node.getFileName().toString());
        } catch (IOException | NumberFormatException unknown) {
            return -1;
        } finally {
            group.release();
        }
    }

    @Override
    public void after(boolean done) {
        if (done) {
            wasReset.run();
        }
    }

    @Override
    public void reset(Collection<? extends HotReset> others) {
        List<KernelHotReset> all = new ArrayList<>(List.of(this));
        for (HotReset other : others) {
            if (!(other instanceof KernelHotReset kernel)) {
                throw new IllegalArgumentException(
                        "a device that is reset together with " + name + " is none of the kernel's");
            }
            all.add(kernel);
        }
        // The kernel saves each header and restores it after the reset, bus mastering included.
        List<KernelHotReset> silent = all.stream()
                .filter(one -> !one.registers.clearBusMasterIfPossible())
                .toList();
        Set<Descriptor> groups = new LinkedHashSet<>();
        if (group != null) {
            all.stream().filter(one -> one.group != null).forEach(one -> groups.add(one.group));
        }
        fire(List.copyOf(groups));
        silent.forEach(one -> one.registers.clearBusMaster());
    }

    private void fire(List<Descriptor> groups) {
        List<Integer> numbers = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Descriptor one : groups) {
                numbers.add(one.acquire());
            }
            VfioPciHotReset request = new VfioPciHotReset(0, numbers);
            MemorySegment argument = arena.allocate(request.byteSize(), Long.BYTES);
            VfioPciHotReset.STRUCT.fill(argument, request);
            check(device.ioctl(VFIO_DEVICE_PCI_HOT_RESET.request(), argument), VFIO_DEVICE_PCI_HOT_RESET);
        } finally {
            groups.subList(0, numbers.size()).forEach(Descriptor::release);
        }
    }

    /** ENODEV means here that there is no such reset, not that the device is gone. */
    private void check(int result, Ioctl call) {
        if (result < 0) {
            throw VfioException.of(call.name(), -result, name);
        }
    }
}
