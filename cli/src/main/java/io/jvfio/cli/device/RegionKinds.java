// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.out.Json;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the regions behind those of the bus are called, by their types ({@code VFIO_REGION_TYPE_*}). Threads: stateless. */
final class RegionKinds {
    private static final int VENDOR_TYPE = 1 << 31;

    private static final Map<RegionType, String> NAMES = Map.ofEntries(
            Map.entry(new RegionType(1, 1), "graphics EDID"),
            Map.entry(new RegionType(2, 1), "channel I/O asynchronous commands"),
            Map.entry(new RegionType(2, 2), "channel I/O subchannel information"),
            Map.entry(new RegionType(2, 3), "channel I/O channel reports"),
            Map.entry(new RegionType(VENDOR_TYPE | 0x8086, 1), "Intel graphics OpRegion"),
            Map.entry(new RegionType(VENDOR_TYPE | 0x8086, 2), "Intel graphics host bridge config"),
            Map.entry(new RegionType(VENDOR_TYPE | 0x8086, 3), "Intel graphics LPC bridge config"),
            Map.entry(new RegionType(VENDOR_TYPE | 0x10de, 1), "NVIDIA NVLink2 memory"),
            Map.entry(new RegionType(VENDOR_TYPE | 0x1014, 1), "IBM NVLink2 address translation shootdown"));

    private RegionKinds() {}

    /** A region's name, or its numbers. */
    static String name(RegionType type) {
        String name = NAMES.get(type);
        if (name != null) {
            return name;
        }
        String subtype = ", subtype " + Integer.toUnsignedString(type.subtype());
        return type.type() < 0
                ? "of vendor " + Hex.digits(type.type() & 0xffff, 4) + subtype
                : "type " + type.type() + subtype;
    }

    /** The kind, with what the region says of NVLink2. */
    static @Nullable String text(@Nullable String kind, RegionInfo info) {
        StringBuilder text = new StringBuilder(kind == null ? "" : kind);
        info.capability(VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_SSATGT)
                .ifPresent(target ->
                        text.append(", at ").append(Hex.of(target(target))).append(" of the link"));
        info.capability(VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_LNKSPD)
                .ifPresent(speed -> text.append(", link speed ").append(speed(speed)));
        return text.isEmpty() ? null : text.toString();
    }

    /** The same for scripts, where there is something. */
    static void write(Json json, RegionInfo info) {
        info.type().ifPresent(type -> {
            json.hexBits("type", Integer.toUnsignedLong(type.type()), Integer.SIZE);
            json.number("subtype", Integer.toUnsignedLong(type.subtype()));
        });
        info.capability(VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_SSATGT)
                .ifPresent(target -> json.hex("nvlinkTarget", target(target)));
        info.capability(VfioPci.VFIO_REGION_INFO_CAP_NVLINK2_LNKSPD)
                .ifPresent(speed -> json.number("nvlinkSpeed", speed(speed)));
    }

    private static long target(InfoCapability capability) {
        return capability.doubleWord(Long.BYTES);
    }

    private static long speed(InfoCapability capability) {
        return Integer.toUnsignedLong(capability.word(Long.BYTES));
    }
}
