// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Columns;
import io.jvfio.host.FunctionIds;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostGroup;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import java.util.stream.Collectors;

/** What is told of the host. What is unknown or absent is an empty cell, and null in JSON. Threads: stateless. */
public final class HostColumns {
    private static final Columns<VfioAccess> ACCESS = new Columns<VfioAccess>()
            .flag("openable", VfioAccess::openable)
            .texts(
                    "ways",
                    access -> access.ways().stream().map(Converters::spelling).toList())
            .text("cdev", VfioAccess::cdev)
            .text("groupNode", VfioAccess::groupNode)
            .flag("noIommu", VfioAccess::noIommu)
            .text("obstacle", access -> access.openable() ? null : Converters.spelling(access.obstacle()))
            .text("reason", access -> access.openable() ? null : access.reason());

    /** Mediated devices. */
    public static final Columns<HostMdev> MDEVS = new Columns<HostMdev>()
            .text("uuid", HostMdev::uuid)
            .text("MEDIATED DEVICE", "locator", HostMdev::locator)
            .text("PARENT", "parent", HostMdev::parent)
            .text("TYPE", "type", HostMdev::type)
            .number("GROUP", "group", HostMdev::group)
            .text("DRIVER", "driver", HostMdev::driver)
            .column("OPEN", mdev -> open(mdev.access()))
            .object("access", HostMdev::access, ACCESS);

    static final Columns<HostGroup.Member> MEMBERS = new Columns<HostGroup.Member>()
            .text("MEMBER", "name", HostGroup.Member::name)
            .text("DRIVER", "driver", HostGroup.Member::driver)
            .text("ROLE", "role", member -> Converters.spelling(member.role()));

    static final Columns<HostGroup> GROUPS = new Columns<HostGroup>()
            .number("GROUP", "group", HostGroup::number)
            .text("TYPE", "type", HostGroup::type)
            .flag("noIommu", HostGroup::noIommu)
            .flag("viable", HostGroup::viable)
            .column("VFIO", group -> group.noIommu() ? "unsafe" : group.viable() ? "viable" : "blocked")
            .objects("members", HostGroup::members, MEMBERS);

    private HostColumns() {}

    /** PCI functions, with what this list calls them. */
    public static Columns<HostFunction> functions(PciIds names) {
        Columns<FunctionIds> ids = ids(names);
        return new Columns<HostFunction>()
                .text("ADDRESS", "address", HostFunction::address)
                .text("locator", HostFunction::locator)
                .columns(HostFunction::ids, ids)
                .field((json, function) -> ids.write(json, function.ids()))
                .number("GROUP", "group", HostFunction::group)
                .number("NUMA", "numaNode", HostFunction::numaNode)
                .column(
                        "SRIOV",
                        function -> function.sriov() == SriovRole.NONE
                                ? null
                                : function.sriov().name())
                .text("DRIVER", "driver", HostFunction::driver)
                .text(
                        "sriov",
                        function -> function.sriov() == SriovRole.NONE ? null : Converters.spelling(function.sriov()))
                .text("physicalFunction", HostFunction::physicalFunction)
                .texts("upstream", HostFunction::upstream)
                .column("OPEN", function -> open(function.access()))
                .object("access", HostFunction::access, ACCESS)
                .column("NAME", function -> name(function.ids(), names));
    }

    /** What a function is, by its numbers and by what this list calls them. */
    public static Columns<FunctionIds> ids(PciIds names) {
        return new Columns<FunctionIds>()
                .column("ID", HostColumns::id)
                .id("vendor", 16, FunctionIds::vendor)
                .id("device", 16, FunctionIds::device)
                .id("subsystemVendor", 16, FunctionIds::subsystemVendor)
                .id("subsystem", 16, FunctionIds::subsystem)
                .column("CLASS", ids -> digits(ids.classCode(), 6))
                .id("class", 24, FunctionIds::classCode)
                .id("revision", 8, FunctionIds::revision)
                .text("vendorName", ids -> names.vendor(ids.vendor()).orElse(null))
                .text(
                        "deviceName",
                        ids -> names.device(ids.vendor(), ids.device()).orElse(null))
                .text("className", ids -> names.className(ids.classCode()).orElse(null));
    }

    /** {@code 8086:10d3}. */
    public static String id(FunctionIds ids) {
        return digits(ids.vendor(), 4) + ":" + digits(ids.device(), 4);
    }

    /** {@code 0a}, or as many question marks. */
    public static String digits(int value, int count) {
        return value < 0 ? "?".repeat(count) : Hex.digits(value, count);
    }

    /** The ways to open it, or what is in the way, in a few words. */
    static String open(VfioAccess access) {
        String ways = access.ways().stream().map(Converters::spelling).collect(Collectors.joining(","));
        String how = access.openable() ? ways : Converters.spelling(access.obstacle());
        return access.noIommu() ? "unsafe:" + how : how;
    }

    /** What the list of ids calls it. */
    public static String name(FunctionIds ids, PciIds names) {
        String vendor = names.vendor(ids.vendor()).orElse("");
        String device = names.device(ids.vendor(), ids.device()).orElse("");
        return (vendor + " " + device).strip();
    }
}
