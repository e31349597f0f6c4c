// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Json;
import io.jvfio.vendor.igd.IntelGraphics;
import io.jvfio.vendor.igd.spec.Backlight;
import io.jvfio.vendor.igd.spec.BdbBlock;
import io.jvfio.vendor.igd.spec.ChildDevice;
import io.jvfio.vendor.igd.spec.Finding;
import io.jvfio.vendor.igd.spec.IgdField;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.Panel;
import io.jvfio.vendor.igd.spec.Timing;
import io.jvfio.vendor.igd.spec.Vbt;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the commands tell of each thing. Threads: constants. */
final class IgdColumns {
    static final Columns<OpRegion> REGION = new Columns<OpRegion>()
            .text("version", "version", OpRegion::version)
            .number("size", "size", OpRegion::size)
            .number("bytes", "bytes", region -> region.bytes().size())
            .text("system BIOS", "systemBios", OpRegion::systemBios)
            .text("video BIOS", "videoBios", OpRegion::videoBios)
            .text("GOP", "gop", OpRegion::gopVersion)
            .text("driver", "graphicsDriver", OpRegion::graphicsDriver)
            .column(
                    "mailboxes",
                    region -> String.join(
                            ", ",
                            region.mailboxes().stream()
                                    .map(Converters::spelling)
                                    .toList()))
            .texts(
                    "mailboxes",
                    region -> region.mailboxes().stream()
                            .map(Converters::spelling)
                            .toList())
            .column("table", IgdColumns::place)
            .field((json, region) -> {
                OpRegion.Placed table = region.table();
                json.text("tablePlace", table == null ? null : Converters.spelling(table.place()));
                json.text("tableOffset", table == null ? null : Hex.of(table.offset()));
            });

    static final Columns<IntelGraphics> GRAPHICS = new Columns<IntelGraphics>()
            .text("generation", "generation", graphics -> graphics.generation().toString())
            .column("OpRegion at", graphics -> Hex.of(graphics.opRegionAddress()))
            .hex("opRegionAddress", IntelGraphics::opRegionAddress)
            .column(
                    "stolen memory",
                    graphics -> graphics.graphicsControl()
                            .map(control -> Hex.of(control.stolenBytes()) + " bytes, GTT " + Hex.of(control.gttBytes())
                                    + " bytes")
                            .orElse(null))
            .field((json, graphics) -> graphics.graphicsControl().ifPresent(control -> {
                json.text("stolenBytes", Hex.of(control.stolenBytes()));
                json.text("gttBytes", Hex.of(control.gttBytes()));
                json.flag("locked", control.locked());
            }))
            .column(
                    "stolen base",
                    graphics -> graphics.stolenBase()
                            .map(base -> Hex.of(base.address()))
                            .orElse(null))
            .field((json, graphics) -> json.text(
                    "stolenBase",
                    graphics.stolenBase().map(base -> Hex.of(base.address())).orElse(null)))
            .column(
                    "bridges",
                    graphics -> graphics.hostBridge().isPresent()
                            ? graphics.lpcBridge().isPresent() ? "host, LPC" : "host"
                            : null);

    static final Columns<Vbt> TABLE = new Columns<Vbt>()
            .text("platform", "platform", Vbt::platform)
            .column("VBT version", vbt -> vbt.version() / 100 + "." + vbt.version() % 100)
            .number("version", Vbt::version)
            .number("VBT size", "size", Vbt::size)
            .column("checksum", vbt -> vbt.checksum() ? "right" : "wrong (usual after firmware patched it)")
            .flag("checksum", Vbt::checksum)
            .number("BDB version", "bdbVersion", vbt -> vbt.bdb().version())
            .number("BDB size", "bdbSize", vbt -> vbt.bdb().size())
            .column("blocks", vbt -> vbt.bdb().blocks().size())
            .column("panel", IgdColumns::panelType)
            .number(
                    "panelType",
                    vbt -> vbt.bdb()
                            .panelOptions()
                            .map(options -> options.panelType())
                            .orElse(-1));

    static final Columns<BdbBlock> BLOCK = new Columns<BdbBlock>()
            .number("BLOCK", "id", BdbBlock::id)
            .column("OFFSET", block -> Hex.of(block.data().origin()))
            .hex("offset", block -> block.data().origin())
            .number("SIZE", "size", block -> block.data().size())
            .text("NAME", "name", BdbBlock::name);

    static final Columns<ChildDevice> OUTPUT = new Columns<ChildDevice>()
            .text("OUTPUT", "name", ChildDevice::handleName)
            .column("HANDLE", child -> Hex.ofBits(child.handle(), Short.SIZE))
            .text("KIND", "kind", ChildDevice::typeName)
            .column("TYPE", child -> Hex.ofBits(child.deviceType(), Short.SIZE))
            .column("PORT", child -> named(child.portName(), child.dvoPort()))
            .text("port", ChildDevice::portName)
            .column("DDC", ChildDevice::ddcPin)
            .column("AUX", child -> child.auxChannel() == 0 ? null : named(child.auxName(), child.auxChannel()))
            .text("aux", ChildDevice::auxName)
            .field((json, child) -> json.object("fields", fields -> {
                for (IgdField field : child.fields()) {
                    fields.number(field.name(), field.of(child.entry()));
                }
            }));

    static final Columns<Timing> TIMING = new Columns<Timing>()
            .column("CLOCK", timing -> timing.clockKhz() + " kHz")
            .number("clockKhz", Timing::clockKhz)
            .column(
                    "PICTURE",
                    timing -> timing.horizontal().active() + "x"
                            + timing.vertical().active())
            .column("HZ", timing -> String.format(Locale.ROOT, "%.2f", timing.refreshMillihertz() / 1000.0))
            .number("refreshMillihertz", Timing::refreshMillihertz)
            .column("HORIZONTAL", timing -> axis(timing.horizontal()))
            .field((json, timing) -> json.object("horizontal", axis -> axis(axis, timing.horizontal())))
            .column("VERTICAL", timing -> axis(timing.vertical()))
            .field((json, timing) -> json.object("vertical", axis -> axis(axis, timing.vertical())));

    static final Columns<Numbered<Panel>> PANEL = new Columns<Numbered<Panel>>()
            .number("PANEL", "index", Numbered::index)
            .text("NAME", "name", each -> each.item().name())
            .text("MAKER", "maker", each -> each.item().id().maker())
            .column("PRODUCT", each -> Hex.ofBits(each.item().id().product(), Short.SIZE))
            .number("product", each -> each.item().id().product())
            .number("serial", each -> each.item().id().serial())
            .number("week", each -> each.item().id().week())
            .number("year", each -> each.item().id().year())
            .columns(each -> each.item().timing(), TIMING)
            .object("timing", each -> each.item().timing(), TIMING);

    static final Columns<Numbered<Backlight>> BACKLIGHT = new Columns<Numbered<Backlight>>()
            .number("PANEL", "index", Numbered::index)
            .column(
                    "KIND",
                    each -> each.item().type() == 2 ? "PWM" : each.item().type())
            .number("type", each -> each.item().type())
            .column("BRIGHT", each -> each.item().activeLow() ? "low" : "high")
            .flag("activeLow", each -> each.item().activeLow())
            .column("HZ", each -> each.item().pwmHz())
            .number("pwmHz", each -> each.item().pwmHz())
            .column("LEAST", each -> each.item().minBrightness())
            .number("minBrightness", each -> each.item().minBrightness())
            .number("LEVEL", "level", each -> each.item().level())
            .number("minLevel", each -> each.item().minLevel())
            .number("precision", each -> each.item().precision())
            .number("CONTROL", "controlType", each -> each.item().controlType())
            .number("CONTROLLER", "controller", each -> each.item().controller())
            .number("i2cPin", each -> each.item().i2cPin())
            .number("i2cSpeed", each -> each.item().i2cSpeed())
            .number("i2cAddress", each -> each.item().i2cAddress())
            .number("i2cCommand", each -> each.item().i2cCommand())
            .number("hdrRefreshMs", each -> each.item().hdrRefreshMs());

    static final Columns<Finding> FINDING = new Columns<Finding>()
            .column("OFFSET", finding -> Hex.of(finding.offset()))
            .hex("offset", Finding::offset)
            .text("FINDING", "message", Finding::message);

    /** An entry of a table that is counted. */
    record Numbered<T>(int index, T item) {}

    private IgdColumns() {}

    private static @Nullable String place(OpRegion region) {
        OpRegion.Placed table = region.table();
        return table == null ? null : Converters.spelling(table.place()) + ", at " + Hex.of(table.offset());
    }

    private static @Nullable String panelType(Vbt vbt) {
        int type = vbt.bdb().panelOptions().map(options -> options.panelType()).orElse(-1);
        return type < 0 ? null : type == 0xff ? "by its EDID" : Integer.toString(type);
    }

    private static String named(String name, int number) {
        return name.isEmpty() ? Hex.ofBits(number, Byte.SIZE) : name;
    }

    private static String axis(Timing.Axis axis) {
        return axis.active() + "+" + axis.front() + "+" + axis.sync() + "/" + (axis.active() + axis.blank())
                + (axis.positive() ? " +" : " -");
    }

    private static void axis(Json json, Timing.Axis axis) {
        json.number("active", axis.active());
        json.number("blank", axis.blank());
        json.number("front", axis.front());
        json.number("sync", axis.sync());
        json.number("millimetres", axis.millimetres());
        json.flag("positive", axis.positive());
    }
}
