// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuOption.IOMMU_OPTION;
import static io.jvfio.internal.uapi.IommuOption.IOMMU_OPTION_OP_SET;
import static io.jvfio.internal.uapi.IommuOption.IOMMU_OPTION_RLIMIT_MODE;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.FileFailure;
import io.jvfio.VfioException;
import io.jvfio.carrier.PassServer;
import io.jvfio.host.Host;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixAddress;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.internal.uapi.IommuOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes one device.
 *
 * <p>Threads: thread-safe.
 */
final class KernelPassServer implements PassServer {
    private static final int BACKLOG = 8;

    private final SystemCalls sys;
    private final Host host;
    private final DeviceLocator device;
    private final UnixListener listener;
    private final Path socket;
    private volatile boolean closed;

    private KernelPassServer(SystemCalls sys, Host host, DeviceLocator device, UnixListener listener, Path socket) {
        this.sys = sys;
        this.host = host;
        this.device = device;
        this.listener = listener;
        this.socket = socket;
    }

    /**
     * Listens.
     *
     * @param socket does not exist yet; only its owner can connect
     * @param user whom it is for, or null for this process's user
     */
    static KernelPassServer listen(
            SystemCalls sys, Host host, DeviceLocator device, Path socket, @Nullable String user) {
        Target target = Target.of(host, device);
        if (target.noIommu()) {
            throw new IllegalArgumentException(
                    target.name() + " is not behind an IOMMU: whoever has it can read and write all memory");
        }
        Path place = socket.toAbsolutePath();
        UnixAddress.check(place.toString());
        try {
            // In a folder of its own until nobody else can connect.
            Path folder = Files.createTempDirectory(place.getParent(), ".jvfio");
            try {
                Path hidden = folder.resolve("s");
                UnixListener listener = UnixListener.open(sys, hidden.toString(), BACKLOG);
                try {
                    publish(hidden, place, user);
                    return new KernelPassServer(sys, host, device, listener, place);
                } catch (IOException e) {
                    throw Closing.after(e, listener);
                } catch (RuntimeException e) {
                    throw Closing.after(e, listener);
                }
            } finally {
                Files.delete(folder);
            }
        } catch (FileAlreadyExistsException e) {
            throw new VfioException(
                    "bind", Errno.EADDRINUSE, place.toString(), "remove the file if nobody listens there");
        } catch (UserPrincipalNotFoundException e) {
            throw new IllegalArgumentException("there is no user " + user, e);
        } catch (IOException e) {
            throw FileFailure.of("bind", place, e);
        }
    }

    private static void publish(Path hidden, Path place, @Nullable String user) throws IOException {
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
        if (user != null) {
            Files.setOwner(
                    hidden,
                    hidden.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
        }
        Files.move(hidden, place);
    }

    @Override
    public void serve() {
        try (UnixSocket peer = accept()) {
            List<Descriptor> opened = new ArrayList<>();
            try {
                PassMessage message = open(opened);
                message.send(peer, opened);
            } catch (VfioException e) {
                PassMessage reason = new PassMessage(PassMessage.Kind.FAILED, String.valueOf(e.getMessage()));
                throw Closing.after(e, () -> reason.send(peer, List.of()));
            } finally {
                opened.forEach(Descriptor::close);
            }
        }
    }

    private UnixSocket accept() {
        try {
            return listener.accept();
        } catch (VfioException e) {
            if (closed) {
                throw new IllegalStateException(socket + " is closed", e);
            }
            throw e;
        }
    }

    /** Looks anew for each program: much may have happened while nobody came. */
    private PassMessage open(List<Descriptor> opened) {
        Target target =
                Target.find(host, device).orElseThrow(() -> VfioException.of("open", Errno.ENODEV, device.target()));
        if (AccessPlan.choose(target.access()).type1() == null) {
            opened.add(Descriptor.open(sys, target.cdevNode().toString(), Abi.O_RDWR));
            Descriptor iommufd = Descriptor.open(sys, Iommufd.NODE, Abi.O_RDWR);
            opened.add(iommufd);
            countByProcess(iommufd);
            return new PassMessage(PassMessage.Kind.CDEV, target.name());
        }
        String group = target.groupNode("has no VFIO group").toString();
        opened.add(Descriptor.open(sys, group, Abi.O_RDWR));
        return new PassMessage(PassMessage.Kind.GROUP, target.name());
    }

    /** So that what other processes of the user have pinned does not count. Needs a privilege; without it they do. */
    private static void countByProcess(Descriptor iommufd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = IommuOption.STRUCT.allocate(
                    arena, new IommuOption(IOMMU_OPTION_RLIMIT_MODE, IOMMU_OPTION_OP_SET, 0, 1));
            int result = iommufd.ioctl(IOMMU_OPTION.request(), argument);
            if (result != -Errno.EPERM) {
                Ioctls.check(result, IOMMU_OPTION.name(), Iommufd.NODE);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.close();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
