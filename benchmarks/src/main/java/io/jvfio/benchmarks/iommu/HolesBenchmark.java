// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.iommu;

import io.jvfio.benchmarks.Question;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** What does the first hole cost that is large enough, where so many are too small? The registry alone, as beside it. */
public class HolesBenchmark extends Question {
    private static final long PAGE = 4096;

    /** How many holes of one page lie below. */
    @Param({"1000", "20000", "100000"})
    public int holes;

    private final Mapping memory = Mapping.anonymous(SystemCalls.linux(), 2 * PAGE, PAGE);
    private final DmaSource page = new DmaSource.Segment(memory.memory().asSlice(0, PAGE));
    private final DmaSource twoPages = new DmaSource.Segment(memory.memory());
    private final DmaRegistry registry = LiveMapsBenchmark.registry();

    /** Makes maps of a page each, and ends every other. */
    @Setup
    public void make() {
        List<DmaMapping> maps = new ArrayList<>();
        for (int i = 0; i < 2 * holes; i++) {
            maps.add(registry.map(page, MapRequest.defaults()));
        }
        for (int i = 0; i < maps.size(); i += 2) {
            maps.get(i).close();
        }
    }

    /** Ends the memory. */
    @TearDown
    public void close() {
        memory.close();
    }

    @Benchmark
    public void map_behind_holes_and_unmap() {
        registry.map(twoPages, MapRequest.defaults()).close();
    }
}
