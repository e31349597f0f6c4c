// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Message;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server for tests, with one small device: config space, a BAR with a window in the middle, a BAR of plain memory that is
 * reached by messages alone, and one that is mapped whole. It is written for these tests and is not the server of this
 * module, so that the two are not wrong in the same way; a {@link Script} makes it behave as other servers do, or worse.
 *
 * <p>A write to offset {@link #COPY} of the memory BAR makes the device copy by DMA, after the answer.
 */
final class TestServer implements AutoCloseable {
    static final int WINDOW_BAR = 0;
    static final int WHOLE_BAR = 1;
    static final int MEMORY_BAR = 2;
    static final int CONFIG = 7;
    static final long WINDOW_BAR_SIZE = 0x4000;
    static final long WINDOW_OFFSET = 0x1000;
    static final long WINDOW_SIZE = 0x2000;
    static final long MEMORY_BAR_SIZE = 0x4_0000;

    /** From, to and length, 8 bytes each; a write of the length starts. */
    static final long COPY = 0x80;

    /** How many copies are done, or were not possible. */
    static final long COPIES = COPY + 24;

    private static final int MSI = 1;
    private static final int MSIX = 2;

    /** Sees a command before the server does, and may answer it, or not. */
    @FunctionalInterface
    interface Script {
        /** Whether it is done with. */
        boolean take(TestClient client, Message command);
    }

    final SystemCalls sys = SystemCalls.linux();
    final List<MemorySegment> memories = new ArrayList<>();

    /** What INTx says of itself; it delivers, masks itself and can be masked. */
    volatile int intx = 7;

    volatile Script script = (client, command) -> false;

    /** What {@code VERSION} says; a twin socket is made if it says so and the client wants one. */
    volatile Capabilities capabilities =
            new Capabilities(8, 1 << 20, 100, 4096, true, 0, false, Capabilities.Own.none());

    private final UnixListener listener;
    private final Thread thread;
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final MemFd windowFile;
    private final MemFd wholeFile;
    private volatile TestClient client;
    private volatile boolean closing;
    private volatile CountDownLatch gone = new CountDownLatch(1);

    TestServer(Path socket) {
        listener = UnixListener.open(sys, socket.toString(), 4);
        windowFile = keep(MemFd.of(sys, "window", WINDOW_BAR_SIZE));
        wholeFile = keep(MemFd.of(sys, "whole", 0x1000));
        memories.add(map(windowFile));
        memories.add(map(wholeFile));
        memories.add(map(keep(MemFd.of(sys, "memory", MEMORY_BAR_SIZE))));
        for (int i = 3; i < 7; i++) {
            memories.add(MemorySegment.NULL);
        }
        MemorySegment config = map(keep(MemFd.of(sys, "config", 256))).asSlice(0, 256);
        config.set(ValueLayout.JAVA_INT, 0, 0x11e8_1234);
        memories.add(config);
        memories.add(MemorySegment.NULL);
        thread = Thread.ofPlatform().name("test-server").start(this::run);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        resources.addFirst(resource);
        return resource;
    }

    private MemorySegment map(MemFd file) {
        Mapping mapping = keep(file.map(0, file.size()));
        return mapping.memory();
    }

    private void run() {
        while (!closing) {
            UnixSocket socket;
            try {
                socket = listener.accept();
            } catch (VfioException | IllegalStateException e) {
                return;
            }
            try (TestClient one = new TestClient(this, socket)) {
                client = one;
                if (!closing) {
                    one.run();
                }
            } finally {
                memories.get(CONFIG).set(ValueLayout.JAVA_SHORT, 4, (short) 0);
                gone.countDown();
            }
        }
    }

    /** The client that is connected now. */
    TestClient client() {
        return client;
    }

    /** Drops the client, as a server does that ends. */
    void drop() {
        TestClient now = client;
        if (now != null) {
            now.shutdown();
        }
    }

    /** Waits until the client has gone. */
    void awaitGone() throws InterruptedException {
        if (!gone.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the client is still there");
        }
        gone = new CountDownLatch(1);
    }

    DeviceInfo info() {
        return new DeviceInfo(3, 9, 5, List.of());
    }

    RegionInfo region(int index) {
        if (index < 0 || index >= memories.size()) {
            throw new VfioException("test", Errno.EINVAL, "region " + index, "");
        }
        long size = memories.get(index).byteSize();
        int flags = size == 0 ? 0 : 3 | (file(index) == null ? 0 : 4);
        List<InfoCapability> chain = index == WINDOW_BAR
                ? List.of(InfoCapability.sparse(List.of(new RegionArea(WINDOW_OFFSET, WINDOW_SIZE))))
                : List.of();
        return new RegionInfo(index, flags, size, List.of(), chain);
    }

    Fd file(int index) {
        return index == WINDOW_BAR ? windowFile.fd() : index == WHOLE_BAR ? wholeFile.fd() : null;
    }

    IrqInfo irq(int index) {
        return switch (index) {
            case 0 -> new IrqInfo(0, intx, 1);
            case MSI -> new IrqInfo(MSI, 1, 4);
            case MSIX -> new IrqInfo(MSIX, 1, 20);
            case 3 -> new IrqInfo(3, 1, 0);
            case 4 -> new IrqInfo(4, 1, 1);
            default -> throw new VfioException("test", Errno.EINVAL, "irq " + index, "");
        };
    }

    @Override
    public void close() {
        closing = true;
        drop();
        listener.close();
        drop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Closing steps = new Closing();
        for (AutoCloseable resource : resources) {
            steps.attempt(() -> {
                try {
                    resource.close();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        steps.throwFirst();
    }
}
