// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.cli.out.Json;
import io.jvfio.device.IrqInfo;
import io.jvfio.iommu.Limits;
import java.util.List;

/** Facts of an open device as JSON. Threads: stateless. */
final class DeviceJson {
    private DeviceJson() {}

    static void facts(Json json, DeviceFacts facts) {
        json.text("addressSpace", facts.space());
        json.objects("usableIovas", facts.usable(), (item, range) -> {
            item.hex("start", range.start());
            item.hex("last", range.last());
        });
        json.object("limits", limits -> limits(limits, facts.limits()));
        json.flag("coherent", facts.coherent());
        json.flag("resettable", facts.resettable());
        json.objects("regions", facts.regions(), (item, region) -> {
            item.number("index", region.info().index());
            item.text("name", region.region().toString());
            item.number("size", region.info().size());
            item.text("kind", region.kind());
            item.flag("readable", region.info().readable());
            item.flag("writable", region.info().writable());
            item.objects("mappable", region.info().mmapAreas(), (part, area) -> {
                part.hex("offset", area.offset());
                part.number("size", area.size());
            });
        });
        irqs(json, facts.irqs());
        json.objects("capabilities", facts.capabilities(), (item, capability) -> {
            item.flag("extended", capability.extended());
            item.id("id", capability.id(), capability.extended() ? 16 : 8);
            item.number("version", capability.version());
            item.hex("offset", capability.offset());
            item.text("name", capability.title());
        });
    }

    static void irqs(Json json, List<IrqInfo> irqs) {
        json.objects("interrupts", irqs, (item, irq) -> {
            item.number("index", irq.index());
            item.text("name", DeviceText.irq(irq.index()));
            item.number("vectors", irq.count());
            item.flag("maskable", irq.maskable());
            item.flag("automasked", irq.automasked());
            item.flag("resizable", irq.resizable());
        });
    }

    private static void limits(Json json, Limits limits) {
        json.hex("pageSizes", limits.pageSizes());
        json.numberOrNull("mapsLeft", limits.mapsLeft());
        json.numberOrNull("lockedLimit", limits.lockedLimit());
        json.numberOrNull("lockedUsed", limits.lockedUsed());
    }
}
