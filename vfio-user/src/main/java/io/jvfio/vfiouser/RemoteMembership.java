// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.device.Reattachable;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.vfiouser.protocol.Command;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A device's place in an address space. The server has one table of maps, so to move means to leave and to join, with a
 * moment in between when DMA fails.
 *
 * <p>Threads: thread-safe; {@link #maps} takes no lock.
 */
final class RemoteMembership implements Reattachable {
    /** How long a close waits for another's command before it breaks off what that waits for. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final String name;
    private final Object context;

    /** Guarded by this. */
    private @Nullable ServerConnection connection;

    private @Nullable PeerBackend backend;

    /** Where the device is, or null. Written under this. */
    private volatile @Nullable VfioUserAddressSpace space;

    RemoteMembership(String name, Object context) {
        this.name = name;
        this.context = context;
    }

    /** The connection to use from now on; after the first time the maps move to it. */
    synchronized void connect(ServerConnection next) {
        PeerBackend present = backend;
        if (present != null) {
            present.move(next);
        }
        connection = next;
    }

    AddressSpace space() {
        AddressSpace now = space;
        if (now == null) {
            throw new IllegalStateException(name + " is detached from every address space");
        }
        return now;
    }

    /** What the server may reach by messages, or null while the device is detached. */
    @Nullable DmaMappings maps() {
        VfioUserAddressSpace now = space;
        return now == null ? null : now.mappings();
    }

    @Override
    public synchronized void attach(AddressSpace target) {
        ServerConnection present = checkOpen();
        if (space != null) {
            throw new IllegalStateException(name + " is attached to " + space.description());
        }
        enter(present, checked(target));
    }

    @Override
    public synchronized void detach() {
        checkOpen();
        VfioUserAddressSpace before = space;
        PeerBackend member = backend;
        if (before == null || member == null) {
            throw new IllegalStateException(name + " is detached already");
        }
        exit(before, member);
    }

    @Override
    public synchronized void replace(AddressSpace target) {
        ServerConnection present = checkOpen();
        VfioUserAddressSpace before = space;
        PeerBackend member = backend;
        if (before == null || member == null) {
            throw new IllegalStateException(name + " is detached; attach it");
        }
        VfioUserAddressSpace next = checked(target);
        if (next == before) {
            return;
        }
        exit(before, member);
        try {
            enter(present, next);
        } catch (RuntimeException e) {
            throw Closing.after(e, () -> enter(present, before));
        }
    }

    private void enter(ServerConnection present, VfioUserAddressSpace target) {
        PeerBackend joining = new PeerBackend(present);
        target.join(joining);
        backend = joining;
        space = target;
    }

    private void exit(VfioUserAddressSpace before, PeerBackend member) {
        member.leave();
        space = null;
        backend = null;
        before.leave(member);
    }

    private VfioUserAddressSpace checked(AddressSpace target) {
        if (!(target instanceof VfioUserAddressSpace own) || !own.context().equals(context)) {
            throw new IllegalArgumentException(target.description() + " is not of the context of " + name);
        }
        return own;
    }

    private ServerConnection checkOpen() {
        ServerConnection present = connection;
        if (present == null) {
            throw new IllegalStateException(name + " is closed");
        }
        present.checkAlive(Command.DMA_MAP);
        return present;
    }

    /** Leaves for good. The server is told if nobody keeps the connection busy; it drops all at the connection's end. */
    synchronized void end() {
        ServerConnection present = connection;
        PeerBackend member = backend;
        if (present != null && member != null && present.becomesFree(PATIENCE)) {
            member.abandon();
        }
        connection = null;
    }

    /** The last step, when the connection is closed. */
    synchronized void left() {
        VfioUserAddressSpace before = space;
        PeerBackend member = backend;
        space = null;
        backend = null;
        if (before != null && member != null) {
            member.abandon();
            before.leave(member);
        }
    }
}
