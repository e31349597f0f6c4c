// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.IrqOwners;
import io.jvfio.carrier.OpenMappings;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device behind a vfio-user socket: the server's process has it, and this one drives it.
 *
 * <p>When the server ends, or does not answer in time, the device is lost: every operation throws
 * {@link io.jvfio.device.DeviceGoneException}, mappings of its regions end, and the eventfd of the interrupt index ERR is
 * signalled, which a PCI device always has here. The device can then be closed, or {@link #reconnect reconnected}.
 *
 * <p>Threads: thread-safe. Commands are sent one at a time; register access allocates nothing. Each operation blocks for the
 * server's answer, at most for the time limit.
 */
public final class VfioUserDevice implements VfioDevice {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final SystemCalls sys;
    private final String path;
    private final VfioUserLimits limits;
    private final RemoteMembership membership;
    private final @Nullable AddressSpace privateSpace;
    private final RemoteInterrupts interrupts;
    private final OpenMappings windows = new OpenMappings();
    private final IrqOwners irqOwners;
    private final Abilities abilities;

    /** Orders reconnecting and closing. */
    private final Object lifecycle = new Object();

    private volatile Session session;

    /** Its capabilities are those after the latest reset. */
    private volatile DeviceInfo info;

    private volatile boolean closed;

    private VfioUserDevice(Setup setup) {
        this.sys = HasCalls.of(setup.context);
        this.path = setup.path;
        this.limits = setup.limits;
        this.membership = new RemoteMembership(path, setup.space.context());
        this.privateSpace = setup.ownsSpace ? setup.space : null;
        this.session = openSession();
        DeviceInfo told = session.info();
        this.interrupts = new RemoteInterrupts(sys, path, told, session.irqs());
        this.info = new DeviceInfo(
                told.flags(),
                told.regionCount(),
                interrupts.count(),
                told.capabilities(),
                session.connection().server().reach());
        this.irqOwners = new IrqOwners(setup.context, path, request -> {
            interrupts.set(session.connection(), request);
            return 0;
        });
        this.abilities = Abilities.none()
                .with(Reattachable.class, membership)
                .with(Notices.class, irqOwners.notices())
                .with(VfioUserDevice.class, this)
                .with(Storeys.class, new Storeys(session.connection().server().storeys()))
                .with(
                        SlowRegions.class,
                        Set.copyOf(session.connection().server().slowRegions())::contains);
    }

    /**
     * What a device is made of.
     *
     * @param context the user's
     * @param path of the socket
     * @param space to join
     * @param ownsSpace whether the device closes it
     */
    record Setup(
            CarrierContext context,
            String path,
            VfioUserLimits limits,
            VfioUserAddressSpace space,
            boolean ownsSpace) {}

    /**
     * Connects to a server and joins an address space; on failure nothing is left but the space.
     *
     * @throws VfioException if that fails
     */
    static VfioUserDevice open(Setup setup) {
        VfioUserDevice device = new VfioUserDevice(setup);
        try {
            device.membership.connect(device.session.connection());
            device.membership.attach(setup.space);
            RegionCalls.clearBusMaster(device.session);
            device.irqOwners.watch(device);
            device.session.connection().onLoss(device::lost);
            return device;
        } catch (RuntimeException e) {
            throw Closing.after(e, device::closeConnection);
        }
    }

    /**
     * Connects to a server, with a private address space. {@code Vfio.open("vfio-user:" + socket)} does the same with the
     * default limits; {@code Vfio.pci(device, name)} makes a PCI device of the result. Blocks.
     *
     * @param socket the server's socket, a path of at most 107 bytes
     * @param limits what is taken from the server, and how long it may take
     * @return the device, owned by the caller
     * @throws IllegalArgumentException if the path is too long
     * @throws VfioException if nobody listens there, or the server does not keep to the protocol; nothing is left open
     */
    public static VfioUserDevice connect(Path socket, VfioUserLimits limits) {
        VfioUserAddressSpace space = VfioUserAddressSpace.create();
        try {
            return open(new Setup(
                    CarrierContext.of(), socket.toString(), Objects.requireNonNull(limits, "limits"), space, true));
        } catch (RuntimeException e) {
            throw Closing.after(e, space);
        }
    }

    /**
     * Connects to a server, as {@link #connect(Path, VfioUserLimits)} does, in an address space that exists.
     *
     * @param space to join; stays the caller's
     * @return the device, owned by the caller
     */
    public static VfioUserDevice connect(Path socket, VfioUserLimits limits, VfioUserAddressSpace space) {
        return open(new Setup(
                CarrierContext.of(),
                socket.toString(),
                Objects.requireNonNull(limits, "limits"),
                Objects.requireNonNull(space, "space"),
                false));
    }

    private Session openSession() {
        return Session.open(sys, path, limits, membership::maps);
    }

    /** The connection is lost; runs on the thread that has found it, which may be any. */
    private void lost() {
        Closing steps = new Closing();
        windows.closeAll(steps);
        try {
            steps.throwFirst();
        } catch (RuntimeException e) {
            // A system call uses the memory: it stays until its owner closes it.
            LOG.log(System.Logger.Level.WARNING, "a window of " + path + " stays mapped", e);
        }
        interrupts.reportLoss();
    }

    /** Whether the server is there, as far as is known. */
    public boolean isConnected() {
        return session.connection().isAlive();
    }

    /**
     * Connects again after the server was lost, and gives it what its predecessor had: the maps of the address space and
     * the eventfds of the interrupts. The device's own state is what the server makes of a new client, and bus mastering is
     * off: reset the device and set it up again. Mappings of its regions have to be made anew. Blocks.
     *
     * @throws IllegalStateException if the device is connected, or closed
     * @throws VfioException if the server is not there, or refuses a map or an interrupt; ESTALE if there is another
     *     device behind the socket now. The device is as lost as before
     */
    public void reconnect() {
        synchronized (lifecycle) {
            checkOpen();
            Session before = session;
            if (before.connection().isAlive()) {
                throw new IllegalStateException(path + " is connected");
            }
            Session next = openSession();
            try {
                if (!next.matches(before)) {
                    throw new VfioException(
                            "reconnect", Errno.ESTALE, path, "the server has another device now: close this one");
                }
                interrupts.replay(next.connection());
                RegionCalls.clearBusMaster(next);
                membership.connect(next.connection());
            } catch (RuntimeException e) {
                throw Closing.after(e, next);
            }
            session = next;
            info = withCapabilitiesOf(next.info());
            next.connection().onLoss(this::lost);
            before.closeReplaced();
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public RegionInfo region(int index) {
        return session.region(index).info();
    }

    @Override
    public IrqInfo irq(int index) {
        return interrupts.info(index);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        return RegionCalls.read(session, region, offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        RegionCalls.write(session, region, offset, width, value);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        return RegionCalls.modify(
                session, new RegionCalls.Place(Command.REGION_WRITE, region, offset, width), mask, value);
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        return RegionCalls.readBytes(session, region, offset, target);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        return RegionCalls.writeBytes(session, region, offset, source);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        Session now = session;
        RemoteRegion target = now.region(region);
        RegionInfo known = target.info();
        boolean mappable = known.checkMap(offset, length, sys.pageSize());
        checkOpen();
        now.connection().checkAlive(Command.DEVICE_GET_REGION_INFO);
        Fd file = mappable ? target.fileOf(offset, length) : null;
        if (file == null) {
            return Optional.empty();
        }
        int protection = (known.readable() ? Abi.PROT_READ : 0) | (known.writable() ? Abi.PROT_WRITE : 0);
        Mapping memory = Mapping.ofFile(sys, file, target.fileOffset() + offset, length, protection);
        return Optional.of(windows.add(
                RegionMapping.of(memory.memory(), offset, memory::close),
                () -> now.connection().checkAlive(Command.DEVICE_GET_REGION_INFO)));
    }

    @Override
    public Optional<RegionFile> file(int region) {
        RemoteRegion target = session.region(region);
        return target.files().size() == 1
                ? Optional.of(new RegionFile(
                        target.files().getFirst(),
                        target.fileOffset(),
                        target.info().mmapAreas(),
                        RegionFile.Reach.DEVICE))
                : Optional.empty();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        session.connection().checkAlive(Command.DEVICE_SET_IRQS);
        return irqOwners.set(request);
    }

    @Override
    public void reset() {
        Session now = session;
        if (!info.resettable()) {
            now.connection().checkAlive(Command.DEVICE_RESET);
            throw new VfioException(
                    Command.DEVICE_RESET.call(), Errno.ENOTTY, path, "the server knows no way to reset this device");
        }
        // Whether a reset clears the command register is left to the server.
        RegionCalls.clearBusMaster(now);
        now.connection()
                .call(
                        Command.DEVICE_RESET,
                        (message, id) -> message.beginCommand(id, Command.DEVICE_RESET, 0),
                        ServerConnection.NO_FDS,
                        Message::isReply,
                        path);
        if (!info.capabilities().isEmpty()) {
            info = withCapabilitiesOf(Session.info(now.connection()));
        }
    }

    /** What is known of the device, with what is told of it now: the handle of a function of IBM Z changes. */
    private DeviceInfo withCapabilitiesOf(DeviceInfo told) {
        DeviceInfo known = info;
        return new DeviceInfo(known.flags(), known.regionCount(), known.irqCount(), told.capabilities(), known.reach());
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return FeatureCalls.ask(session.connection(), request);
    }

    @Override
    public AddressSpace addressSpace() {
        return membership.space();
    }

    /** {@link Reattachable}, and this class, by which a device that was opened by its locator can be reconnected. */
    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return abilities.find(type);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(path + " is closed");
        }
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
            Closing steps = new Closing();
            steps.attempt(this::closeConnection);
            if (privateSpace != null) {
                steps.attempt(privateSpace::close);
            }
            steps.throwFirst();
        }
    }

    /** Everything but the address space. */
    private void closeConnection() {
        Closing steps = new Closing();
        steps.attempt(irqOwners::close);
        steps.attempt(membership::end);
        windows.closeAll(steps);
        steps.attempt(session::close);
        steps.attempt(membership::left);
        steps.attempt(interrupts::close);
        steps.throwFirst();
    }

    /** The path of the socket. */
    @Override
    public String toString() {
        return path;
    }
}
