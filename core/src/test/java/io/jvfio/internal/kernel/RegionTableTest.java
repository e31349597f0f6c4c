// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.Argsz;
import io.jvfio.internal.uapi.InfoChain;
import io.jvfio.internal.uapi.VfioRegionInfo;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the regions of a kernel device are read. The null device stands for it. */
class RegionTableTest {
    private static final long SIZE = 0x4000;
    private static final int FIXED = (int) VfioRegionInfo.STRUCT.byteSize();

    private final List<InfoCapability> chain = new ArrayList<>();

    /** The real system calls with a kernel in front of them that has one region. */
    private RegionInfo read(boolean barsAreMemory) {
        SystemCalls real = SystemCalls.linux();
        SystemCalls sys = (SystemCalls) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("ioctl") && arguments[2] instanceof MemorySegment argument) {
                        return answer(argument);
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        try (Descriptor device = Descriptor.open(sys, "/dev/null", Abi.O_RDWR)) {
            return RegionTable.read(device, 1, barsAreMemory, "test").info(0);
        }
    }

    private int answer(MemorySegment argument) {
        int full = FIXED + InfoChain.byteSize(chain);
        boolean fits = full <= argument.byteSize();
        int flags = VfioPci.VFIO_REGION_INFO_FLAG_MMAP | (fits ? VfioPci.VFIO_REGION_INFO_FLAG_CAPS : 0);
        VfioRegionInfo.STRUCT.fill(
                argument, new VfioRegionInfo(flags, 0, fits && !chain.isEmpty() ? FIXED : 0, SIZE, 0));
        Argsz.set(argument, full);
        if (fits) {
            InfoChain.write(argument, FIXED, chain);
        }
        return 0;
    }

    @Test
    void a_region_without_a_sparse_map_can_be_mapped_as_a_whole_where_loads_reach_it() {
        assertThat(read(true).mmapAreas()).containsExactly(new RegionArea(0, SIZE));
        assertThat(read(false).mmapAreas()).isEmpty();
    }

    @Test
    void the_areas_of_a_sparse_map_are_those_that_have_bytes() {
        RegionArea area = new RegionArea(0x1000, 0x3000);
        chain.add(InfoCapability.type(new RegionType(1, 2)));
        chain.add(InfoCapability.sparse(List.of(new RegionArea(0, 0), area)));

        RegionInfo region = read(true);

        assertThat(region.mmapAreas()).containsExactly(area);
        assertThat(region.type()).contains(new RegionType(1, 2));
        assertThat(region.capabilities()).hasSize(2);
    }

    @Test
    void an_area_outside_of_the_region_is_refused() {
        chain.add(InfoCapability.sparse(List.of(new RegionArea(0x1000, SIZE))));

        assertThatIllegalArgumentException().isThrownBy(() -> read(true)).withMessageContaining("0x5000");
        assertThat(read(false).mmapAreas()).isEmpty();
    }
}
