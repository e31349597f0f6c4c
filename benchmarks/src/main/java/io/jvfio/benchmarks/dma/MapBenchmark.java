// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.dma;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.NeedsVfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What do a map for DMA and its unmap cost, with type1v2 and with iommufd? The kernel's pages and tables are most of it. */
@NeedsVfio
public class MapBenchmark extends Question {
    private static final long IOVA = 1L << 32;
    private static final long PAGE = 4096;

    /**
     * Maps of a page before anything is measured, or so long: by then Java's part is compiled, which in the time of an
     * iteration it is not where a map of many pages takes the kernel long.
     */
    private static final int WARM_UP_MAPS = 20_000;

    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(25);

    @Benchmark
    public void type1_map_unmap(Group ours, Memory memory) {
        ours.device.addressSpace().map(memory.source, MapRequest.defaults()).close();
    }

    @Benchmark
    public void iommufd_map_unmap(Cdev ours, Memory memory) {
        ours.device.addressSpace().map(memory.source, MapRequest.defaults()).close();
    }

    @Benchmark
    public long c_type1_map_unmap(Type1InC c) {
        return c.loop.run(1);
    }

    @Benchmark
    public long c_iommufd_map_unmap(IommufdInC c) {
        return c.loop.run(1);
    }

    private static void warmUp(AddressSpace space) {
        try (Mapping page = Mapping.anonymous(SystemCalls.linux(), PAGE, PAGE)) {
            page.memory().fill((byte) 1);
            DmaSource source = new DmaSource.Segment(page.memory());
            long start = System.nanoTime();
            for (int i = 0; i < WARM_UP_MAPS && System.nanoTime() - start < WARM_UP_NANOS; i++) {
                space.map(source, MapRequest.defaults()).close();
            }
        }
    }

    private static VfioFunction function() {
        return VfioFunction.first().orElseThrow(() -> new IllegalStateException("no function that VFIO has"));
    }

    /** What is mapped; its pages are there. */
    @State(Scope.Thread)
    public static class Memory {
        /** How many bytes. */
        @Param({"4096", "2097152", "1073741824"})
        public long size;

        private Mapping mapping = Mapping.anonymous(SystemCalls.linux(), PAGE, PAGE);
        private DmaSource source = new DmaSource.Segment(mapping.memory());

        /** Makes it. */
        @Setup
        public void make() {
            mapping.close();
            mapping = Mapping.anonymous(SystemCalls.linux(), size, PAGE);
            mapping.memory().fill((byte) 1);
            source = new DmaSource.Segment(mapping.memory());
        }

        /** Ends it. */
        @TearDown
        public void close() {
            mapping.close();
        }
    }

    /** Opened by its group. */
    @State(Scope.Thread)
    public static class Group {
        private final Vfio context = Vfio.create();
        private final VfioDevice device =
                context.openDevice(DeviceLocator.parse("group:" + function().address()), OpenOptions.defaults());

        /** Makes Java's part warm. */
        @Setup
        public void warm() {
            warmUp(device.addressSpace());
        }

        /** Closes it. */
        @TearDown
        public void close() {
            device.close();
            context.close();
        }
    }

    /** Opened by its own node. */
    @State(Scope.Thread)
    public static class Cdev {
        private final Vfio context = Vfio.create();
        private final VfioDevice device =
                context.openDevice(DeviceLocator.parse("cdev:" + function().address()), OpenOptions.defaults());

        /** Makes Java's part warm. */
        @Setup
        public void warm() {
            warmUp(device.addressSpace());
        }

        /** Closes it. */
        @TearDown
        public void close() {
            device.close();
            context.close();
        }
    }

    private static long opened(String how, String path) {
        long descriptor = CLoop.of(how, CLoop.text(path)).run(1);
        if (descriptor < 0) {
            throw new IllegalStateException(how + " of " + path + " fails");
        }
        return descriptor;
    }

    /** A container in C, which ends with the process. */
    @State(Scope.Thread)
    public static class Type1InC {
        private final long container = opened("type1_open", function().group().toString());
        private CLoop loop = CLoop.of("type1_map_unmap", container, 0, 0, IOVA);

        /** Gives it the memory. */
        @Setup
        public void prepare(Memory memory) {
            loop = CLoop.of("type1_map_unmap", container, memory.mapping.address(), memory.size, IOVA);
        }
    }

    /** An iommufd in C, which ends with the process. */
    @State(Scope.Thread)
    public static class IommufdInC {
        private final long iommufd = opened("iommufd_open", function().cdev().toString());
        private CLoop loop = CLoop.of("iommufd_map_unmap", iommufd, 0, 0, IOVA);

        /** Gives it the memory. */
        @Setup
        public void prepare(Memory memory) {
            loop = CLoop.of("iommufd_map_unmap", iommufd, memory.mapping.address(), memory.size, IOVA);
        }
    }
}
