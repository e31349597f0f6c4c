// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.device.DeviceFacts.RegionFacts;
import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Sizes;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionArea;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.pci.config.CapabilityHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is told of an open device. Threads: stateless. */
final class DeviceColumns {
    static final Columns<RegionFacts> REGIONS = new Columns<RegionFacts>()
            .number("index", region -> region.info().index())
            .text("REGION", "name", RegionFacts::region)
            .column("SIZE", region -> Sizes.text(region.info().size()))
            .number("size", region -> region.info().size())
            .column(
                    "ACCESS",
                    region -> (region.info().readable() ? "r" : "")
                            + (region.info().writable() ? "w" : ""))
            .column("MAPPABLE", DeviceColumns::mappable)
            .column("KIND", region -> RegionKinds.text(region.kind(), region.info()))
            .text("kind", RegionFacts::kind)
            .field((json, region) -> RegionKinds.write(json, region.info()))
            .flag("readable", region -> region.info().readable())
            .flag("writable", region -> region.info().writable())
            .objects(
                    "mappable",
                    region -> region.info().mmapAreas(),
                    new Columns<RegionArea>().hex("offset", RegionArea::offset).number("size", RegionArea::size));

    static final Columns<IrqInfo> IRQS = new Columns<IrqInfo>()
            .number("index", IrqInfo::index)
            .text("INTERRUPT", "name", irq -> name(irq.index()))
            .number("VECTORS", "vectors", IrqInfo::count)
            .column("CAN", DeviceColumns::abilities)
            .flag("maskable", IrqInfo::maskable)
            .flag("automasked", IrqInfo::automasked)
            .flag("resizable", IrqInfo::resizable);

    static final Columns<CapabilityHeader> CAPABILITIES = new Columns<CapabilityHeader>()
            .column("CAPABILITY", capability -> Hex.ofBits(capability.offset(), 12))
            .flag("extended", CapabilityHeader::extended)
            .text("ID", "id", capability -> Hex.ofBits(capability.id(), capability.extended() ? 16 : 8))
            .column("VERSION", capability -> capability.extended() ? capability.version() : null)
            .number("version", CapabilityHeader::version)
            .hex("offset", CapabilityHeader::offset)
            .text("NAME", "name", CapabilityHeader::title);

    /** The device itself; regions, interrupts and capabilities are tables of their own. */
    static final Columns<DeviceFacts> FACTS = new Columns<DeviceFacts>()
            .column("storeys", facts -> String.join(", ", facts.storeys()))
            .texts("storeys", DeviceFacts::storeys)
            .text("opened with", "addressSpace", DeviceFacts::space)
            .column(
                    "IOVAs",
                    facts -> facts.usable().stream().map(IovaRange::toString).collect(Collectors.joining(", ")))
            .objects(
                    "usableIovas",
                    DeviceFacts::usable,
                    new Columns<IovaRange>().hex("start", IovaRange::start).hex("last", IovaRange::last))
            .column("limits", facts -> limits(facts.limits()))
            .object(
                    "limits",
                    DeviceFacts::limits,
                    new Columns<Limits>()
                            .hex("pageSizes", Limits::pageSizes)
                            .number("mapsLeft", Limits::mapsLeft)
                            .number("lockedLimit", Limits::lockedLimit)
                            .number("lockedUsed", Limits::lockedUsed))
            .column(
                    "DMA memory",
                    facts -> facts.memoryNode().isPresent()
                            ? "from node " + facts.memoryNode().getAsInt()
                            : "")
            .number("dmaMemoryNode", facts -> facts.memoryNode().orElse(-1))
            .column("DMA", facts -> facts.coherent() ? "coherent" : "not coherent with CPU caches")
            .flag("coherent", DeviceFacts::coherent)
            .column("reset", facts -> facts.resettable() ? "yes" : "no")
            .flag("resettable", DeviceFacts::resettable)
            .column("features", facts -> String.join(", ", facts.features()))
            .texts("features", DeviceFacts::features)
            .objects("regions", DeviceFacts::regions, REGIONS)
            .objects("interrupts", DeviceFacts::irqs, IRQS)
            .objects("capabilities", DeviceFacts::capabilities, CAPABILITIES);

    private DeviceColumns() {}

    private static String name(int irq) {
        return switch (irq) {
            case VfioPci.VFIO_PCI_INTX_IRQ_INDEX -> InterruptType.INTX.toString();
            case VfioPci.VFIO_PCI_MSI_IRQ_INDEX -> InterruptType.MSI.toString();
            case VfioPci.VFIO_PCI_MSIX_IRQ_INDEX -> InterruptType.MSIX.toString();
            case VfioPci.VFIO_PCI_ERR_IRQ_INDEX -> "ERR";
            case VfioPci.VFIO_PCI_REQ_IRQ_INDEX -> "REQ";
            default -> String.valueOf(irq);
        };
    }

    private static String mappable(RegionFacts region) {
        long mappable = region.mappable();
        return mappable == 0 ? "no" : mappable == region.info().size() ? "yes" : Sizes.text(mappable);
    }

    private static String abilities(IrqInfo irq) {
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
        return String.join(",", abilities);
    }

    private static String limits(Limits limits) {
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
}
