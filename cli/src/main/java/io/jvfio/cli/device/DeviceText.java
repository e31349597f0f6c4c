// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.out.Sizes;
import io.jvfio.cli.out.Table;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Facts of an open device for people. Threads: stateless. */
final class DeviceText {
    private static final List<String> IRQ_NAMES = List.of("INTx", "MSI", "MSI-X", "ERR", "REQ");

    private DeviceText() {}

    static String irq(int index) {
        return index < IRQ_NAMES.size() ? IRQ_NAMES.get(index) : String.valueOf(index);
    }

    static Table regions(DeviceFacts facts) {
        Table table = new Table("REGION", "SIZE", "ACCESS", "MAPPABLE", "KIND");
        for (DeviceFacts.RegionFacts region : facts.regions()) {
            long mappable = region.mappable();
            table.row(
                    region.region().toString(),
                    Sizes.text(region.info().size()),
                    access(region.info()),
                    mappable == 0 ? "no" : mappable == region.info().size() ? "yes" : Sizes.text(mappable),
                    region.kind());
        }
        return table;
    }

    static Table irqs(List<IrqInfo> irqs) {
        Table table = new Table("INTERRUPT", "VECTORS", "CAN");
        for (IrqInfo irq : irqs) {
            List<String> abilities = new ArrayList<>();
            if (irq.maskable()) {
                abilities.add("mask");
            }
            if (irq.automasked()) {
                abilities.add("automask");
            }
            // Meaningless where there is only one.
            if (irq.resizable() && irq.count() > 1) {
                abilities.add("add-vectors");
            }
            table.row(irq(irq.index()), String.valueOf(irq.count()), String.join(",", abilities));
        }
        return table;
    }

    static Table capabilities(DeviceFacts facts) {
        Table table = new Table("CAPABILITY", "ID", "VERSION", "NAME");
        for (var capability : facts.capabilities()) {
            table.row(
                    Hex.ofBits(capability.offset(), 12),
                    Hex.ofBits(capability.id(), capability.extended() ? 16 : 8),
                    capability.extended() ? String.valueOf(capability.version()) : "",
                    capability.title());
        }
        return table;
    }

    static String ranges(List<IovaRange> ranges) {
        return ranges.stream().map(IovaRange::toString).collect(Collectors.joining(", "));
    }

    static String limits(Limits limits) {
        List<String> parts = new ArrayList<>();
        parts.add("pages of " + pageSizes(limits.pageSizes()));
        parts.add(limits.mapsLeft() < 0 ? "any number of maps" : limits.mapsLeft() + " more maps");
        parts.add(
                limits.lockedLimit() < 0
                        ? "any amount of locked memory"
                        : Sizes.text(limits.lockedLimit()) + " of locked memory"
                                + (limits.lockedUsed() < 0 ? "" : ", " + Sizes.text(limits.lockedUsed()) + " used"));
        return String.join("; ", parts);
    }

    /** The first three sizes; an IOMMU can have a bit set for every power of two. */
    private static String pageSizes(long bits) {
        List<String> sizes = new ArrayList<>();
        long rest = bits;
        while (rest != 0 && sizes.size() < 3) {
            sizes.add(Sizes.text(Long.lowestOneBit(rest)));
            rest &= rest - 1;
        }
        return String.join(", ", sizes) + (rest == 0 ? "" : " and more");
    }

    private static String access(RegionInfo info) {
        return (info.readable() ? "r" : "") + (info.writable() ? "w" : "");
    }
}
