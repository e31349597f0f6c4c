// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of a server's device, with a memory of what is assigned, so that another connection can be given the same.
 *
 * <p>The index VfioPci.VFIO_PCI_ERR_IRQ_INDEX of a PCI device exists here even if the server does not have it: a lost connection is an error of the
 * device, and its eventfd is how those who wait learn of it.
 *
 * <p>Threads: thread-safe; {@link #reportLoss} takes no lock.
 */
final class RemoteInterrupts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final SystemCalls sys;
    private final String name;
    private final List<IrqInfo> infos;

    /** Whether the server does not know VfioPci.VFIO_PCI_ERR_IRQ_INDEX. */
    private final boolean ownError;

    /** The duplicates of the eventfds of each index, from vector 0 on. Guarded by this. */
    private final Map<Integer, List<@Nullable Fd>> assigned = new TreeMap<>();

    /** The duplicates of the eventfds that unmask, by index. Guarded by this. */
    private final Map<Integer, Fd> unmasking = new TreeMap<>();

    /** The eventfd of VfioPci.VFIO_PCI_ERR_IRQ_INDEX, which the server may have too. */
    private volatile @Nullable SharedEventFd error;

    RemoteInterrupts(SystemCalls sys, String name, DeviceInfo info, List<IrqInfo> irqs) {
        this.sys = sys;
        this.name = name;
        this.ownError = info.pci()
                && (irqs.size() <= VfioPci.VFIO_PCI_ERR_IRQ_INDEX
                        || irqs.get(VfioPci.VFIO_PCI_ERR_IRQ_INDEX).count() == 0);
        List<IrqInfo> all = new ArrayList<>(irqs);
        while (ownError && all.size() <= VfioPci.VFIO_PCI_ERR_IRQ_INDEX) {
            all.add(new IrqInfo(all.size(), 0, 0));
        }
        if (ownError) {
            all.set(
                    VfioPci.VFIO_PCI_ERR_IRQ_INDEX,
                    new IrqInfo(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, VfioPci.VFIO_IRQ_INFO_EVENTFD, 1));
        }
        this.infos = List.copyOf(all);
    }

    /** How many indexes there are. */
    int count() {
        return infos.size();
    }

    /** What is known of an index. */
    IrqInfo info(int index) {
        return infos.get(Objects.checkIndex(index, infos.size()));
    }

    /** Runs a request. */
    synchronized void set(ServerConnection connection, IrqRequest request) {
        IrqInfo irq = info(request.index());
        IrqCalls.check(request, irq);
        boolean own = ownError && request.index() == VfioPci.VFIO_PCI_ERR_IRQ_INDEX;
        if (request.data() instanceof IrqRequest.EventFds eventFds) {
            exchange(connection, request, eventFds.fds(), own);
        } else if (request.action() == IrqRequest.Action.TRIGGER && request.count() == 0) {
            if (!own && irq.count() > 0) {
                IrqCalls.send(connection, request);
            }
            forget(request.index());
        } else {
            IrqCalls.send(connection, request);
        }
    }

    /** Assigns eventfds. They are duplicated before, because that can fail. */
    private void exchange(
            ServerConnection connection, IrqRequest request, List<? extends @Nullable Fd> fds, boolean own) {
        List<@Nullable Fd> copies = new ArrayList<>(fds.size());
        SharedEventFd forLoss = forLoss(request, fds);
        try {
            for (Fd fd : fds) {
                copies.add(fd == null ? null : fd.duplicate());
            }
            if (!own) {
                IrqCalls.assign(connection, request, current(request));
            }
        } catch (RuntimeException e) {
            throw Closing.after(e, () -> closeAll(copies), () -> close(forLoss));
        }
        remember(request, copies);
        if (assignsError(request)) {
            close(error);
            error = forLoss;
        }
    }

    /** The server is lost already when it is signalled, so there is nobody to end. */
    private @Nullable SharedEventFd forLoss(IrqRequest request, List<? extends @Nullable Fd> fds) {
        Fd first = assignsError(request) ? fds.getFirst() : null;
        return first == null ? null : SharedEventFd.duplicate(sys, first, () -> {});
    }

    private static boolean assignsError(IrqRequest request) {
        return request.index() == VfioPci.VFIO_PCI_ERR_IRQ_INDEX
                && request.action() == IrqRequest.Action.TRIGGER
                && request.count() > 0;
    }

    private static void close(@Nullable SharedEventFd eventfd) {
        if (eventfd != null) {
            eventfd.close();
        }
    }

    /** The eventfds that the request would replace, from vector 0 on. */
    private List<? extends @Nullable Fd> current(IrqRequest request) {
        return request.action() == IrqRequest.Action.TRIGGER
                ? assigned.getOrDefault(request.index(), List.of())
                : List.of();
    }

    private void remember(IrqRequest request, List<@Nullable Fd> copies) {
        if (request.action() != IrqRequest.Action.TRIGGER) {
            Fd copy = copies.getFirst();
            Fd old = request.action() == IrqRequest.Action.UNMASK && copy != null
                    ? unmasking.put(request.index(), copy)
                    : unmasking.remove(request.index());
            if (old != null) {
                old.close();
            }
            return;
        }
        List<@Nullable Fd> vectors = assigned.computeIfAbsent(request.index(), index -> new ArrayList<>());
        while (vectors.size() < request.start() + request.count()) {
            vectors.add(null);
        }
        for (int i = 0; i < copies.size(); i++) {
            Fd old = vectors.set(request.start() + i, copies.get(i));
            if (old != null) {
                old.close();
            }
        }
    }

    private void forget(int index) {
        if (index == VfioPci.VFIO_PCI_ERR_IRQ_INDEX) {
            close(error);
            error = null;
        }
        List<@Nullable Fd> vectors = assigned.remove(index);
        if (vectors != null) {
            closeAll(vectors);
        }
        Fd unmask = unmasking.remove(index);
        if (unmask != null) {
            unmask.close();
        }
    }

    /** Assigns to a new connection what was assigned to the last. */
    synchronized void replay(ServerConnection connection) {
        assigned.forEach((index, vectors) -> {
            boolean any = vectors.stream().anyMatch(Objects::nonNull);
            if (any && !(ownError && index == VfioPci.VFIO_PCI_ERR_IRQ_INDEX)) {
                IrqCalls.assign(connection, IrqRequest.assign(index, 0, vectors), List.of());
            }
        });
        unmasking.forEach((index, fd) -> IrqCalls.assign(connection, IrqRequest.unmaskOn(index, fd), List.of()));
    }

    /** Tells whoever has assigned an eventfd to VfioPci.VFIO_PCI_ERR_IRQ_INDEX that the device is in error. */
    void reportLoss() {
        signal(error);
    }

    private void signal(@Nullable SharedEventFd eventfd) {
        if (eventfd != null) {
            try {
                eventfd.signal(); // in vain if it has just been taken away
            } catch (VfioException e) {
                LOG.log(System.Logger.Level.DEBUG, "signalling an error of {0} failed: {1}", name, e.getMessage());
            }
        }
    }

    private static void closeAll(List<? extends @Nullable Fd> fds) {
        Closing steps = new Closing();
        for (Fd fd : fds) {
            if (fd != null) {
                steps.attempt(fd::close);
            }
        }
        steps.throwFirst();
    }

    /** Closes the duplicates. Idempotent. */
    @Override
    public synchronized void close() {
        Closing steps = new Closing();
        for (int index = 0; index < infos.size(); index++) {
            int at = index;
            steps.attempt(() -> forget(at));
        }
        steps.throwFirst();
    }
}
