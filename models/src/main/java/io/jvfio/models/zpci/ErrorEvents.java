// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.zpci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.DmaFault;
import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.FunctionErrors;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The error events of a function, as firmware makes them and the kernel keeps them, and the handle, which they name. An
 * event isolates the function until its reset, and tells its driver by ERR, also if there is no room to keep it.
 *
 * <p>Threads: thread-safe.
 */
final class ErrorEvents implements ZpciErrors {
    /** How many records the kernel keeps. */
    private static final int MOST = 4;

    private static final int INSTANCES = 0x7f00_0000;
    private static final int INSTANCE = 0x0100_0000;

    private final String device;
    private final int fid;
    private final FunctionErrors errors;
    private final Deque<byte[]> records = new ArrayDeque<>();
    private int handle;
    private boolean dead;
    private boolean closed;

    /**
     * A function without errors.
     *
     * @param device what exceptions call it
     * @param fid its id
     * @param handle the first one
     */
    ErrorEvents(String device, int fid, int handle, FunctionErrors errors) {
        this.device = device;
        this.fid = fid;
        this.handle = handle;
        this.errors = errors;
    }

    synchronized int handle() {
        return handle;
    }

    /** A transfer did not find its memory. One that failed elsewhere is no event. */
    void dma(DmaFault fault) {
        if (fault.reason() == DmaStatus.UNMAPPED || fault.reason() == DmaStatus.DENIED) {
            event(ErrorCode.TRANSLATION_PROTECTION, fault.iova(), fault.access().writable());
        }
    }

    /** An event that somebody asked for; 0 is that of a transfer. */
    void injected(int code) {
        event(code == 0 ? ErrorCode.TRANSLATION_PROTECTION : code, 0, false);
    }

    private void event(int code, long address, boolean write) {
        if (ErrorCode.measurement(code)) {
            return;
        }
        synchronized (this) {
            dead |= ErrorCode.permanent(code);
            if (records.size() < MOST) {
                records.add(new ErrorRecord(handle, fid, 0, 0, 0, false, write, address, code).bytes());
            }
        }
        errors.isolate();
        errors.signal();
    }

    @Override
    public synchronized Optional<byte[]> next() {
        if (closed) {
            throw new IllegalStateException(device + " is closed");
        }
        return Optional.ofNullable(records.poll());
    }

    /**
     * The function is reset. The records stay.
     *
     * @param slot whether it is disabled and enabled, and so has another handle
     * @throws VfioException with EIO if it has failed for good
     */
    synchronized void reset(boolean slot) {
        if (dead) {
            throw new VfioException("VFIO_DEVICE_RESET", Errno.EIO, device, "the function has failed for good");
        }
        if (slot) {
            handle = handle & ~INSTANCES | handle + INSTANCE & INSTANCES;
        }
    }

    synchronized void close() {
        closed = true;
        records.clear();
    }
}
