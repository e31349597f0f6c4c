// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

/**
 * Is told what happens at a server. Called on the server's own threads, which go on when the method returns; what a
 * method throws is logged.
 *
 * <p>Threads: one call at a time.
 */
public interface ServerListener {

    /** Somebody who is told nothing. */
    ServerListener NONE = new ServerListener() {};

    /** A client has connected and agreed on the protocol; its commands follow. */
    default void clientArrived(Client client) {}

    /**
     * A client has gone; the device has been taken back from it, as far as that could be done, and nothing of it is held any
     * more.
     *
     * @param reason why, in one line for people
     */
    default void clientLost(Client client, String reason) {}

    /**
     * Somebody connected and did not become a client.
     *
     * @param reason why not, in one line for people
     */
    default void clientRefused(Client client, String reason) {}

    /**
     * The device was opened anew, because it could not be handed on as it was.
     *
     * @param reason why not, in one line for people
     */
    default void deviceRenewed(String reason) {}

    /**
     * The server has ended by itself, because it has no device to hand on. Its socket is closed.
     *
     * @param reason why, in one line for people
     */
    default void serverEnded(String reason) {}

    /**
     * A process that connected.
     *
     * <p>Threads: immutable.
     *
     * @param pid its process id, 0 if it is not visible here
     * @param uid its user
     * @param gid its group
     */
    record Client(int pid, int uid, int gid) {
        /** {@code pid 123 of uid 1000}. */
        @Override
        public String toString() {
            return "pid " + pid + " of uid " + uid;
        }
    }
}
