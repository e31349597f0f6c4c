// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.iommu;

import io.jvfio.benchmarks.Question;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaPin;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What do a map with its unmap, a look for an address and a pin cost among so many live maps? There is no IOMMU below: this
 * is the registry alone, which C drivers have no counterpart of.
 */
public class LiveMapsBenchmark extends Question {
    private static final int LOOP = 1000;
    private static final long PAGE = 4096;
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    /** How many maps are alive. */
    @Param({"10", "100", "1000", "10000", "100000", "1000000"})
    public int live;

    private final Mapping memory = Mapping.anonymous(SystemCalls.linux(), 2 * PAGE, PAGE);
    private final DmaSource source = new DmaSource.Segment(memory.memory().asSlice(0, PAGE));
    private final DmaRegistry registry = registry();
    private final DmaPin pin = new DmaPin();
    private final List<DmaMapping> maps = new ArrayList<>();
    private long random = STEP;

    /** Makes the maps. */
    @Setup
    public void map() {
        for (int i = 0; i < live; i++) {
            maps.add(registry.map(source, MapRequest.defaults()));
        }
    }

    static DmaRegistry registry() {
        DmaRegistry.Settings settings = DmaRegistry.Settings.defaults("benchmark");
        DmaRegistry registry = DmaRegistry.of(settings, DmaRegistry.usableBeforeJoin(), PAGE);
        registry.attach(new Nothing(), DmaRegistry.usableBeforeJoin(), PAGE);
        return registry;
    }

    /** Ends them. */
    @TearDown
    public void close() {
        memory.close();
    }

    @Benchmark
    public void map_and_unmap() {
        registry.map(source, MapRequest.defaults()).close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long find() {
        DmaMappings mappings = registry.mappings();
        long sum = 0;
        for (int i = 0; i < LOOP; i++) {
            DmaMapping found = mappings.find(address());
            sum += found == null ? 0 : found.length();
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long pin() {
        DmaMappings mappings = registry.mappings();
        long sum = 0;
        for (int i = 0; i < LOOP; i++) {
            if (mappings.pin(address(), PAGE, Access.READ, pin) == DmaPin.Result.PINNED) {
                sum += pin.length();
                pin.close();
            }
        }
        return sum;
    }

    private long address() {
        random = random * 6364136223846793005L + 1442695040888963407L;
        return maps.get((int) Long.remainderUnsigned(random >>> 17, live)).iova();
    }

    /** A backend that has nothing to do. */
    private static final class Nothing implements DmaBackend {
        @Override
        public void map(long iova, DmaSource source, Access access) {
            // there is no IOMMU
        }

        @Override
        public void unmap(long iova, long length) {
            // there is no IOMMU
        }
    }
}
