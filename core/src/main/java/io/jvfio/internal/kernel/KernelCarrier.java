// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.carrier.PassServer;
import io.jvfio.carrier.PassedDevice;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.host.Host;
import io.jvfio.host.SriovRole;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.iommu.AddressSpace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens devices of the Linux kernel. One instance serves one context, whose devices share an iommufd so that they can
 * share address spaces.
 *
 * <p>Threads: thread-safe.
 */
public final class KernelCarrier implements CarrierProvider {
    /** How long whoever passes devices on may leave his queue full, and how long he may take to open one. */
    private static final Duration PASS_CONNECT = Duration.ofSeconds(1);

    private static final Duration PASS_ANSWER = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private static final String GROUP = "group";
    private static final String CDEV = "cdev";
    private static final String NOIOMMU = "noiommu";
    private static final String MDEV = Target.MDEV;
    private static final String PASSED = "passed";

    private final Host host;

    /** The iommufd that is open now, or null. Guarded by this. */
    private @Nullable Iommufd iommufd;

    /**
     * Opens devices that a host shows.
     *
     * @param host looked at once for each device that is opened by its name
     */
    public KernelCarrier(Host host) {
        this.host = host;
    }

    @Override
    public Map<String, String> schemes() {
        return Map.of(
                DeviceLocator.PCI,
                "ADDRESS: the kernel's device, by iommufd where this process can, else by group and container",
                GROUP,
                "ADDRESS: the kernel's device, by group and container",
                CDEV,
                "ADDRESS: the kernel's device, by its own node and iommufd",
                NOIOMMU,
                "ADDRESS: the kernel's device without an IOMMU, which is unsafe",
                MDEV,
                "UUID: a mediated device",
                PASSED,
                "SOCKET: the device that jvfio pass gives away there");
    }

    @Override
    public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        if (locator.scheme().equals(PASSED)) {
            return openPassed(context, locator, options);
        }
        Target device = Target.of(host, locator);
        UUID token = token(device, options.vfToken());
        VfioDevice opened = RegistrySpace.<KernelSpace, VfioDevice>open(
                options.addressSpace(),
                given -> own(given, locator, device),
                () -> addressSpace(context, locator, device, options),
                (space, owned) -> KernelDevice.of(
                        context, device.name(), device.facts(), space.join(device, token), owned ? space : null));
        warnOfOldState(opened, device);
        return opened;
    }

    /** The user's space, if the device can join it. */
    private static KernelSpace own(AddressSpace given, DeviceLocator locator, Target device) {
        if (!(given instanceof KernelSpace shared)) {
            throw new IllegalArgumentException(
                    given.description() + " is no address space of the kernel; " + locator + " cannot join it");
        }
        checkIommu(locator, device);
        return shared;
    }

    /** vfio-pci resets a function when it is opened if it can, and says nothing if not. */
    private static void warnOfOldState(VfioDevice device, Target place) {
        if (place.sriov() == SriovRole.VF && !device.info().resettable()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the virtual function {0} could not be reset when it was opened, and may have state of its last user",
                    place.name());
        }
    }

    /** Opens a device in a space that belongs to it, and closes the space if that fails. */
    private static VfioDevice openPrivately(
            CarrierContext context, KernelSpace space, Supplier<Membership> joining, String name) {
        try {
            return KernelDevice.of(context, name, null, joining.get(), space);
        } catch (RuntimeException e) {
            throw Closing.after(e, space);
        }
    }

    /** Asks who has opened the device's nodes for them, at a UNIX socket. */
    private VfioDevice openPassed(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        if (options.addressSpace() != null) {
            throw new IllegalArgumentException(locator + " comes with an address space of its own");
        }
        SystemCalls sys = HasCalls.of(context);
        List<Descriptor> fds = new ArrayList<>();
        try (UnixSocket socket = UnixSocket.connect(sys, locator.target(), PASS_CONNECT)) {
            socket.limitWaits(PASS_ANSWER.toMillis());
            socket.trustPeer();
            PassMessage message = PassMessage.receive(sys, socket, locator.target(), fds);
            UUID token = options.vfToken();
            return switch (message.kind()) {
                case FAILED -> throw new VfioException("recvmsg", Errno.EIO, locator.toString(), message.text());
                case CDEV -> open(context, new PassedDevice.Cdev(fds.getFirst(), fds.getLast(), message.text(), token));
                case GROUP -> open(context, new PassedDevice.Group(fds.getFirst(), message.text(), token));
            };
        } finally {
            fds.forEach(Descriptor::close);
        }
    }

    /**
     * Listens for programs that are to get a device.
     *
     * @param socket where, a path that does not exist
     * @param user whom it is for, or null for this process's user
     */
    public PassServer pass(CarrierContext context, DeviceLocator locator, Path socket, @Nullable String user) {
        return KernelPassServer.listen(HasCalls.of(context), host, locator, socket, user);
    }

    @Override
    public KernelSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
        return addressSpace(context, like, Target.of(host, like), options);
    }

    private KernelSpace addressSpace(CarrierContext context, DeviceLocator like, Target device, OpenOptions options) {
        checkIommu(like, device);
        AccessPlan plan = plan(like.scheme(), device, options.iommu());
        SystemCalls sys = HasCalls.of(context);
        Type1Mode mode = plan.type1();
        if (mode != null) {
            return Type1Container.open(sys, mode, plan.reason());
        }
        Ioas.Kind kind = device.noIommu() ? Ioas.Kind.NO_IOMMU : Ioas.Kind.OWN;
        return Ioas.create(sys, acquireIommufd(sys), kind, plan.reason());
    }

    /** Opens a device of which somebody else has opened the descriptors. */
    public VfioDevice open(CarrierContext context, PassedDevice passed) {
        SystemCalls sys = HasCalls.of(context);
        return switch (passed) {
            case PassedDevice.Group group -> {
                Type1Container space = Type1Container.open(sys, Type1Mode.TYPE1V2, "a group was passed");
                yield openPrivately(
                        context,
                        space,
                        () -> space.join(host, group.group(), group.device(), group.vfToken()),
                        group.device());
            }
            case PassedDevice.Cdev cdev -> {
                Fd given = cdev.iommufd();
                Iommufd user = given == null ? acquireIommufd(sys) : Iommufd.of(Descriptor.duplicate(sys, given));
                Ioas space = Ioas.create(sys, user, Ioas.Kind.OWN, "a device was passed");
                Supplier<Membership> joining = () -> CdevMembership.open(
                        space, Descriptor.duplicate(sys, cdev.device()), cdev.name(), cdev.vfToken());
                yield openPrivately(context, space, joining, cdev.name());
            }
            case PassedDevice.Bound bound -> {
                Iommufd user = Iommufd.of(Descriptor.duplicate(sys, bound.iommufd()));
                Ioas space = bound.ioasId() == 0
                        ? Ioas.create(sys, user, Ioas.Kind.OWN, "a bound device was passed")
                        : Ioas.borrow(sys, user, bound.ioasId(), "a bound device was passed with its IOAS");
                Supplier<Membership> joining =
                        () -> CdevMembership.openBound(space, Descriptor.duplicate(sys, bound.device()), bound.name());
                yield openPrivately(context, space, joining, bound.name());
            }
        };
    }

    private synchronized Iommufd acquireIommufd(SystemCalls sys) {
        if (iommufd == null || !iommufd.use()) {
            iommufd = Iommufd.open(sys);
        }
        return iommufd;
    }

    private static AccessPlan plan(String scheme, Target device, IommuChoice choice) {
        if (scheme.equals(NOIOMMU)) {
            return switch (choice) {
                case AUTO -> AccessPlan.chooseNoIommu(device.access());
                case IOMMUFD -> new AccessPlan(null, "asked for");
                default -> new AccessPlan(Type1Mode.NOIOMMU, "asked for");
            };
        }
        if (choice != IommuChoice.AUTO) {
            return AccessPlan.asked(choice);
        }
        return switch (scheme) {
            case GROUP -> new AccessPlan(Type1Mode.TYPE1V2, "asked for by the locator");
            case CDEV -> new AccessPlan(null, "asked for by the locator");
            default -> AccessPlan.choose(device.access());
        };
    }

    /** Without an IOMMU a device reaches all memory, so the caller has to say that this is wanted. */
    private static void checkIommu(DeviceLocator locator, Target device) {
        boolean unsafe = locator.scheme().equals(NOIOMMU);
        if (device.noIommu() != unsafe) {
            throw new IllegalArgumentException(
                    unsafe
                            ? device.name() + " has an IOMMU; open " + device.name()
                            : device.name() + " has no IOMMU and can reach all memory; if that is wanted, open noiommu:"
                                    + device.name());
        }
    }

    private static @Nullable UUID token(Target device, @Nullable UUID token) {
        if (token != null && device.sriov() == SriovRole.NONE) {
            LOG.log(System.Logger.Level.WARNING, "{0} is no SR-IOV function; its VF token is ignored", device.name());
            return null;
        }
        return token;
    }
}
