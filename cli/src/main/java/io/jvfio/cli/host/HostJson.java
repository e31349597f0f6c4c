// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.PciAddress;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Json;
import io.jvfio.host.FunctionIds;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostGroup;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Facts of the host as JSON. Threads: stateless. */
public final class HostJson {
    private HostJson() {}

    public static void function(Json json, HostFunction function, PciIds names) {
        FunctionIds ids = function.ids();
        json.text("address", function.address().toString());
        json.text("locator", function.locator().toString());
        json.id("vendor", ids.vendor(), 16);
        json.id("device", ids.device(), 16);
        json.id("subsystemVendor", ids.subsystemVendor(), 16);
        json.id("subsystem", ids.subsystem(), 16);
        json.id("class", ids.classCode(), 24);
        json.id("revision", ids.revision(), 8);
        json.text("vendorName", names.vendor(ids.vendor()).orElse(null));
        json.text("deviceName", names.device(ids.vendor(), ids.device()).orElse(null));
        json.text("className", names.className(ids.classCode()).orElse(null));
        json.numberOrNull("group", function.group());
        json.numberOrNull("numaNode", function.numaNode());
        json.text("driver", function.driver());
        json.text("sriov", function.sriov() == SriovRole.NONE ? null : Converters.spelling(function.sriov()));
        json.text(
                "physicalFunction",
                function.physicalFunction() == null
                        ? null
                        : function.physicalFunction().toString());
        json.texts(
                "upstream",
                function.upstream().stream().map(PciAddress::toString).toList());
        json.object("access", access -> access(access, function.access()));
    }

    static void group(Json json, HostGroup group) {
        json.number("group", group.number());
        json.text("type", group.type());
        json.flag("noIommu", group.noIommu());
        json.flag("viable", group.viable());
        json.objects("members", group.members(), (item, member) -> {
            item.text("name", member.name());
            item.text("driver", member.driver());
            item.text("role", Converters.spelling(member.role()));
        });
    }

    public static void mdev(Json json, HostMdev mdev) {
        json.text("uuid", mdev.uuid().toString());
        json.text("locator", mdev.locator().toString());
        json.text("parent", mdev.parent());
        json.text("type", mdev.type());
        json.numberOrNull("group", mdev.group());
        json.text("driver", mdev.driver());
        json.object("access", access -> access(access, mdev.access()));
    }

    private static void access(Json json, VfioAccess access) {
        json.flag("openable", access.openable());
        json.texts("ways", access.ways().stream().map(HostText::way).toList());
        json.text("cdev", text(access.cdev()));
        json.text("groupNode", text(access.groupNode()));
        json.flag("noIommu", access.noIommu());
        json.text("obstacle", access.openable() ? null : HostText.obstacle(access.obstacle()));
        json.text("reason", access.openable() ? null : access.reason());
    }

    private static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }
}
