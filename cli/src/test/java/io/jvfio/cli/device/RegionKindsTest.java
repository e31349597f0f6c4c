// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.ParsedJson;
import io.jvfio.cli.out.Json;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegionKindsTest {
    private static final int VENDOR = 1 << 31;

    private static InfoCapability capability(int id, ByteBuffer data) {
        return new InfoCapability(id, 1, MemorySegment.ofBuffer(data.rewind()));
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    /** The memory of a Tesla V100 on a POWER9, as Linux 5.12 told it. */
    private static RegionInfo nvlink() {
        return new RegionInfo(
                9,
                7,
                1L << 34,
                List.of(),
                List.of(
                        InfoCapability.type(new RegionType(VENDOR | 0x10de, 1)),
                        capability(
                                VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_SSATGT,
                                bytes(16).putLong(8, 0x4_0000_0000_00L)),
                        capability(
                                VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_LNKSPD,
                                bytes(16).putInt(8, 9))));
    }

    @Test
    void regions_of_vendors_have_names_and_those_that_nobody_knows_have_numbers() {
        assertThat(RegionKinds.name(new RegionType(VENDOR | 0x10de, 1))).isEqualTo("NVIDIA NVLink2 memory");
        assertThat(RegionKinds.name(new RegionType(VENDOR | 0x1014, 1)))
                .isEqualTo("IBM NVLink2 address translation shootdown");
        assertThat(RegionKinds.name(new RegionType(VENDOR | 0x8086, 1))).isEqualTo("Intel graphics OpRegion");
        assertThat(RegionKinds.name(new RegionType(VENDOR | 0x15b3, 7))).isEqualTo("of vendor 15b3, subtype 7");
        assertThat(RegionKinds.name(new RegionType(5, 6))).isEqualTo("type 5, subtype 6");
    }

    @Test
    void what_NVLink2_says_is_told() {
        assertThat(RegionKinds.text("NVIDIA NVLink2 memory", nvlink()))
                .isEqualTo("NVIDIA NVLink2 memory, at 0x40000000000 of the link, link speed 9");
        assertThat(RegionKinds.text(null, new RegionInfo(7, 3, 256))).isNull();
        Map<?, ?> json = ParsedJson.object(Json.object(false, fields -> RegionKinds.write(fields, nvlink())));
        assertThat(json.get("type")).isEqualTo("0x800010de");
        assertThat(json.get("subtype")).isEqualTo(1L);
        assertThat(json.get("nvlinkTarget")).isEqualTo("0x40000000000");
        assertThat(json.get("nvlinkSpeed")).isEqualTo(9L);
    }

    @Test
    void capabilities_that_are_too_short_read_as_nothing() {
        RegionInfo info = new RegionInfo(
                9, 7, 4096, List.of(), List.of(capability(VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_SSATGT, bytes(12))));
        assertThat(RegionKinds.text("x", info)).isEqualTo("x, at 0x0 of the link");
    }
}
