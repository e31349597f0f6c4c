// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import io.jvfio.host.FunctionIds;
import io.jvfio.host.PciIds;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import java.util.stream.Collectors;

/** Facts of the host for people. What is unknown or absent is an empty text. Threads: stateless. */
public final class HostText {
    private HostText() {}

    /** {@code 8086:10d3}. */
    public static String id(FunctionIds ids) {
        return digits(ids.vendor(), 4) + ":" + digits(ids.device(), 4);
    }

    /** {@code 8086:0000}, or nothing where there is no subsystem. */
    public static String subsystem(FunctionIds ids) {
        return ids.subsystemVendor() <= 0 && ids.subsystem() <= 0
                ? ""
                : digits(ids.subsystemVendor(), 4) + ":" + digits(ids.subsystem(), 4);
    }

    /** {@code 020000}. */
    public static String classCode(FunctionIds ids) {
        return digits(ids.classCode(), 6);
    }

    public static String digits(int value, int count) {
        return value < 0 ? "?".repeat(count) : Hex.digits(value, count);
    }

    public static String number(int value) {
        return value < 0 ? "" : String.valueOf(value);
    }

    static String sriov(SriovRole role) {
        return role == SriovRole.NONE ? "" : role.name();
    }

    /** The ways to open it, or what is in the way, in a few words. */
    static String open(VfioAccess access) {
        String ways = access.ways().stream().map(HostText::way).collect(Collectors.joining(","));
        String how = access.openable() ? ways : obstacle(access.obstacle());
        return access.noIommu() ? "unsafe:" + how : how;
    }

    static String way(Way way) {
        return Converters.spelling(way);
    }

    static String obstacle(Obstacle obstacle) {
        return Converters.spelling(obstacle);
    }

    /** What the list of ids calls it. */
    public static String name(FunctionIds ids, PciIds names) {
        String vendor = names.vendor(ids.vendor()).orElse("");
        String device = names.device(ids.vendor(), ids.device()).orElse("");
        return (vendor + " " + device).strip();
    }
}
