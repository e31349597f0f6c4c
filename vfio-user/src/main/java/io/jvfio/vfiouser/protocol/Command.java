// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The commands of the protocol. Number 14, {@code DIRTY_PAGES}, was withdrawn in 2023 and is like any unknown one.
 *
 * <p>Threads: immutable.
 */
public enum Command {
    VERSION(1),
    DMA_MAP(2),
    DMA_UNMAP(3),
    DEVICE_GET_INFO(4),
    DEVICE_GET_REGION_INFO(5),
    DEVICE_GET_REGION_IO_FDS(6),
    DEVICE_GET_IRQ_INFO(7),
    DEVICE_SET_IRQS(8),
    REGION_READ(9),
    REGION_WRITE(10),
    /** From the server. */
    DMA_READ(11),
    /** From the server. */
    DMA_WRITE(12),
    DEVICE_RESET(13),
    REGION_WRITE_MULTI(15),
    DEVICE_FEATURE(16),
    MIG_DATA_READ(17),
    MIG_DATA_WRITE(18);

    private static final @Nullable Command[] BY_ID = new @Nullable Command[19];

    static {
        for (Command command : values()) {
            BY_ID[command.id] = command;
        }
    }

    private final int id;

    Command(int id) {
        this.id = id;
    }

    /** Its number on the wire. */
    public int id() {
        return id;
    }

    /** Whether the server sends it and the client answers. */
    public boolean fromServer() {
        return this == DMA_READ || this == DMA_WRITE;
    }

    /** The command with a number, or null if there is none. */
    public static @Nullable Command of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /** The name in errors, {@code VFIO_USER_DMA_MAP}. */
    public String call() {
        return "VFIO_USER_" + name();
    }
}
