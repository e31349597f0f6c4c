// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.LeakCheck;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A client and a server of tests, and what they have to leave behind: nothing. */
abstract class ClientTest {
    /** For tests in which a time limit passes. */
    static final VfioUserLimits IMPATIENT = VfioUserLimits.defaults().withTimeout(Duration.ofMillis(150));

    static final SystemCalls SYS = SystemCalls.linux();

    @TempDir
    Path folder;

    TestServer server;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private LeakCheck leaks;

    @BeforeEach
    final void start() {
        leaks = LeakCheck.start();
        server = new TestServer(socket());
    }

    @AfterEach
    final void stop() throws Exception {
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
        server.close();
        leaks.assertNothingLeaked();
    }

    final Path socket() {
        return folder.resolve("device.sock");
    }

    final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    final VfioUserDevice connect() {
        return connect(VfioUserLimits.defaults());
    }

    final VfioUserDevice connect(VfioUserLimits limits) {
        return closing(VfioUserDevice.connect(socket(), limits));
    }

    /** Memory with a file, to be mapped for DMA. */
    final DmaSource.File memory(int pages) {
        MemFd file = closing(MemFd.of(SYS, "dma", pages * (long) SYS.pageSize()));
        Mapping mapping = closing(file.map(0, file.size()));
        return new DmaSource.File(file.fd(), 0, mapping.memory());
    }

    /** Memory without a file. */
    final DmaSource.Segment anonymous(int pages) {
        Mapping mapping = closing(Mapping.anonymous(SYS, pages * (long) SYS.pageSize(), SYS.pageSize()));
        return new DmaSource.Segment(mapping.memory());
    }

    final DmaMapping map(VfioUserDevice device, DmaSource source, long iova) {
        return closing(device.addressSpace().map(source, MapRequest.defaults().withIova(iova)));
    }

    final EventFd eventfd() {
        return closing(EventFd.open(SYS));
    }

    /** Makes the device copy, after the answer to the last of these writes, and asks until it has done so. */
    static void copy(VfioUserDevice device, long from, long to, int length) {
        long before = device.readRegister(TestServer.MEMORY_BAR, TestServer.COPIES, 8);
        device.writeRegister(TestServer.MEMORY_BAR, TestServer.COPY, 8, from);
        device.writeRegister(TestServer.MEMORY_BAR, TestServer.COPY + 8, 8, to);
        device.writeRegister(TestServer.MEMORY_BAR, TestServer.COPY + 16, 8, length);
        while (device.readRegister(TestServer.MEMORY_BAR, TestServer.COPIES, 8) == before) {
            Thread.onSpinWait();
        }
    }

    static boolean holds(MemorySegment memory, int value, long length) {
        for (long i = 0; i < length; i++) {
            if (memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != (byte) value) {
                return false;
            }
        }
        return true;
    }
}
