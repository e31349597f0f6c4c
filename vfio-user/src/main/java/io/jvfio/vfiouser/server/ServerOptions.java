// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a device is served, and how far its clients are trusted.
 *
 * <p>Threads: immutable.
 *
 * @param requiredUid the user that a client must run as, or null for whoever can connect
 * @param trustClient whether the descriptor of a kernel device may be passed on, so that a client maps its regions: it can
 *     then do with the device what this process can, resets and DMA maps included
 * @param unsealedMemory what to do with memory that a client could take away while it is in use
 * @param readsAsOnes whether a bad access to a region is answered as a bus would, ones and silence, instead of an error.
 *     Some clients wait for ever after an error
 * @param areas which parts of a region that can be mapped a client is told of
 * @param limits what is taken from one client at most
 */
public record ServerOptions(
        @Nullable Integer requiredUid,
        boolean trustClient,
        UnsealedMemory unsealedMemory,
        boolean readsAsOnes,
        Areas areas,
        ServerLimits limits) {

    /** Which parts of a region that has holes may be mapped. Threads: immutable. */
    public enum Areas {
        /** All for clients of jvfio, the largest alone for others: some want a descriptor for each. */
        LARGEST,
        /** All, with one descriptor; QEMU takes them, SPDK maps descriptor 0 for those that did not come. */
        ALL
    }

    /**
     * What to do with a file for DMA that its owner can make to fault: its size is not sealed, or it is in huge pages, in
     * which the owner can punch holes. Threads: immutable.
     */
    public enum UnsealedMemory {
        /** Leave it unmapped and reach it by messages to the client, which is slower and which not every client can. */
        MESSAGES,
        /** Map it, for clients that are trusted: a fault ends the transfer at hand, and can end the process. */
        MAP,
        /** Refuse it. */
        REFUSE
    }

    /** Refuses null. */
    public ServerOptions {
        Objects.requireNonNull(unsealedMemory, "unsealedMemory");
        Objects.requireNonNull(areas, "areas");
        Objects.requireNonNull(limits, "limits");
    }

    /** Any client that can connect, which is not trusted. */
    public static ServerOptions defaults() {
        return new ServerOptions(null, false, UnsealedMemory.MESSAGES, false, Areas.LARGEST, ServerLimits.defaults());
    }

    /** The same for clients of this user alone. */
    public ServerOptions withRequiredUid(int uid) {
        return new ServerOptions(uid, trustClient, unsealedMemory, readsAsOnes, areas, limits);
    }

    /** The same with this trust. */
    public ServerOptions withTrustClient(boolean trust) {
        return new ServerOptions(requiredUid, trust, unsealedMemory, readsAsOnes, areas, limits);
    }

    /** The same with this treatment of memory whose size is not sealed. */
    public ServerOptions withUnsealedMemory(UnsealedMemory choice) {
        return new ServerOptions(requiredUid, trustClient, choice, readsAsOnes, areas, limits);
    }

    /** The same with this answer to bad accesses. */
    public ServerOptions withReadsAsOnes(boolean ones) {
        return new ServerOptions(requiredUid, trustClient, unsealedMemory, ones, areas, limits);
    }

    /** The same with these limits. */
    public ServerOptions withLimits(ServerLimits most) {
        return new ServerOptions(requiredUid, trustClient, unsealedMemory, readsAsOnes, areas, most);
    }

    /** The same with these areas told. */
    public ServerOptions withAreas(Areas told) {
        return new ServerOptions(requiredUid, trustClient, unsealedMemory, readsAsOnes, told, limits);
    }
}
