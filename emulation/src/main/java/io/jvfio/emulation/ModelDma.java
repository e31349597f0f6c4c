// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaPin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model's way to memory: what a bus master does. It works while bus mastering is on, through the address space that the
 * device is in at that moment. A transfer may span mappings, holds them while it runs, and moves all bytes or, but for a
 * failure of remote memory, none. What is refused is kept as a fault by the address space.
 *
 * <p>Threads: thread-safe. A transfer allocates nothing unless it faults or the memory is remote; it blocks for remote
 * memory.
 */
public final class ModelDma {
    private final String device;
    private final @Nullable FaultInjector faults;
    private final FunctionErrors errors;
    private final ThreadLocal<DmaPin> pins = ThreadLocal.withInitial(DmaPin::new);

    /** What a space that the device is in can be. Set while the model is created. */
    private SpaceLimit limit = SpaceLimit.NONE;

    private volatile boolean busMaster;

    /** Told what is refused. Set while the model is created. */
    private Consumer<? super DmaFault> onFault = fault -> {};

    /** Where the device is, or null while it is detached. Written under this object's lock. */
    private volatile @Nullable EmulatedIommu space;

    ModelDma(String device, @Nullable FaultInjector faults, FunctionErrors errors) {
        this.device = device;
        this.faults = faults;
        this.errors = errors;
    }

    /**
     * Reads memory.
     *
     * @param address the address as the driver gave it
     * @param target where to; as many bytes are read as it has, none if that is 0
     */
    public DmaStatus read(long address, MemorySegment target) {
        return transfer(address, target, Access.READ);
    }

    /**
     * Writes memory.
     *
     * @param address the address as the driver gave it
     * @param source what to write, all of it
     */
    public DmaStatus write(long address, MemorySegment source) {
        return transfer(address, source, Access.WRITE);
    }

    /**
     * Holds the mappings under a range, for a model that works on memory in place or in several steps. The memory can be
     * used until the pin is closed, and an unmap waits for that, so hold it for the transfer only. A fault plan can drop such a transfer but does not corrupt its bytes.
     *
     * @param address the first address as the driver gave it
     * @param length bytes, more than 0
     * @param access what will be done
     * @param pin filled if the result is {@link DmaStatus#DONE}; must not hold anything
     */
    public DmaStatus pin(long address, long length, Access access, DmaPin pin) {
        FaultRule rule = meet(access);
        if (rule != null && rule.kind() == FaultRule.Kind.DROP) {
            return DmaStatus.FAILED;
        }
        return hold(address, length, access, pin);
    }

    private DmaStatus hold(long address, long length, Access access, DmaPin pin) {
        if (!busMaster) {
            return DmaStatus.MASTER_OFF;
        }
        if (errors.isIsolated()) {
            return DmaStatus.FAILED;
        }
        EmulatedIommu now = space;
        if (now == null) {
            return DmaStatus.DETACHED;
        }
        DmaMappings mappings = now.mappings();
        return switch (mappings.pin(address, length, access, pin)) {
            case PINNED -> DmaStatus.DONE;
            case UNMAPPED -> fault(now, pin.fault(), address, length, access, DmaStatus.UNMAPPED);
            case DENIED -> fault(now, pin.fault(), address, length, access, DmaStatus.DENIED);
        };
    }

    String device() {
        return device;
    }

    /** Whether the driver lets the device master the bus. */
    public boolean busMaster() {
        return busMaster;
    }

    void busMaster(boolean on) {
        busMaster = on;
    }

    /** Whether a write of the device gets out. */
    boolean reachesMemory() {
        return busMaster && !errors.isIsolated();
    }

    SpaceLimit limit() {
        return limit;
    }

    void limit(SpaceLimit to) {
        limit = to;
    }

    void onFault(Consumer<? super DmaFault> listener) {
        onFault = Objects.requireNonNull(listener, "listener");
    }

    @Nullable EmulatedIommu space() {
        return space;
    }

    /** Comes into a space; on failure the device is where it was. */
    synchronized void attach(EmulatedIommu target, CarrierContext context) {
        target.join(context, limit);
        leave();
        space = target;
    }

    /** Leaves the space, if it is in one. Transfers under way end in it. */
    synchronized void leave() {
        EmulatedIommu before = space;
        space = null;
        if (before != null) {
            before.leave(limit);
        }
    }

    private DmaStatus transfer(long address, MemorySegment local, Access access) {
        if (local.byteSize() == 0) {
            return busMaster ? DmaStatus.DONE : DmaStatus.MASTER_OFF;
        }
        FaultRule rule = meet(access);
        return rule == null ? move(address, local, access) : moveFaulty(address, local, access, rule);
    }

    private DmaStatus moveFaulty(long address, MemorySegment local, Access access, FaultRule rule) {
        return switch (rule.kind()) {
            case DROP -> dropped(local, access.writable());
            case CORRUPT -> moveCorrupted(address, local, access, Objects.requireNonNull(faults));
            default -> move(address, local, access);
        };
    }

    /** A write that is lost looks done; a read that nobody answers does not. */
    private static DmaStatus dropped(MemorySegment local, boolean toMemory) {
        if (toMemory) {
            return DmaStatus.DONE;
        }
        local.fill((byte) -1);
        return DmaStatus.FAILED;
    }

    private DmaStatus moveCorrupted(long address, MemorySegment local, Access access, FaultInjector plan) {
        if (!access.writable()) {
            DmaStatus status = move(address, local, access);
            plan.corrupt(local);
            return status;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(local.byteSize()).copyFrom(local);
            plan.corrupt(copy);
            return move(address, copy, access);
        }
    }

    /** Which fault a transfer meets; a delay is over when this returns. */
    private @Nullable FaultRule meet(Access access) {
        FaultInjector plan = faults;
        if (plan == null) {
            return null;
        }
        FaultRule rule = plan.meet(access.writable() ? FaultRule.Point.DMA_WRITE : FaultRule.Point.DMA_READ, -1);
        if (rule != null && rule.kind() == FaultRule.Kind.DELAY) {
            plan.delay(rule);
        }
        return rule;
    }

    private DmaStatus move(long address, MemorySegment local, Access access) {
        long length = local.byteSize();
        DmaPin pin = pins.get();
        DmaStatus status = hold(address, length, access, pin);
        if (!status.done()) {
            return status;
        }
        try (pin) {
            if (access.writable()) {
                pin.write(0, local);
            } else {
                pin.read(0, local);
            }
            return DmaStatus.DONE;
        } catch (VfioException | IllegalStateException e) {
            // The other side of a connection did not answer, or this side has ended it.
            EmulatedIommu now = space;
            return now == null ? DmaStatus.FAILED : fault(now, address, address, length, access, DmaStatus.FAILED);
        }
    }

    private DmaStatus fault(EmulatedIommu at, long iova, long start, long length, Access access, DmaStatus reason) {
        DmaFault fault = new DmaFault(
                device, iova, start, length, access, reason, at.mappings().explain(iova));
        at.report(fault);
        onFault.accept(fault);
        return reason;
    }
}
