// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.Storeys;
import io.jvfio.host.FunctionIds;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.pci.Bar;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.CapabilityHeader;
import io.jvfio.variant.DeviceIdentity;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What an open device says of itself.
 *
 * <p>Threads: immutable.
 *
 * @param ids what its config space says that it is
 * @param storeys ids of what is on it, here or on the side of who serves it, from the lowest up
 * @param space its address space, and why it is of this kind
 * @param usable the addresses that it can have in there
 * @param limits what maps can run into
 * @param memoryNode the node that its DMA memory is taken from, if the machine says which is near and grants it
 * @param coherent whether its DMA is coherent with CPU caches
 * @param resettable whether it can be reset on its own
 * @param features names of the optional features that it has
 * @param regions the regions that exist
 * @param irqs the interrupt indexes that have a vector
 * @param capabilities of config space, standard ones first
 */
record DeviceFacts(
        FunctionIds ids,
        List<String> storeys,
        String space,
        List<IovaRange> usable,
        Limits limits,
        OptionalInt memoryNode,
        boolean coherent,
        boolean resettable,
        List<String> features,
        List<RegionFacts> regions,
        List<IrqInfo> irqs,
        List<CapabilityHeader> capabilities) {
    /**
     * A region.
     *
     * @param info what VFIO tells
     * @param kind which kind of BAR it is, or which region of a type of its own; null if nothing is known
     */
    record RegionFacts(RegionInfo info, @Nullable String kind) {
        RegionName region() {
            return new RegionName(info.index());
        }

        /** How much of it can be mapped, in bytes. */
        long mappable() {
            return info.mmapAreas().stream().mapToLong(area -> area.size()).sum();
        }
    }

    static DeviceFacts of(PciDevice device) {
        AddressSpace space = device.device().addressSpace();
        List<CapabilityHeader> capabilities = new ArrayList<>(device.config().capabilities());
        capabilities.addAll(device.config().extendedCapabilities());
        return new DeviceFacts(
                ids(DeviceIdentity.of(device.device())),
                Storeys.of(device.device()).ids(),
                space.description(),
                space.usable(),
                space.limits(),
                memoryNode(device.dma()),
                space.coherent(),
                device.device().info().resettable(),
                FeatureNames.of(device.device()),
                regions(device),
                irqs(device),
                capabilities);
    }

    /** Asks for a page and looks where it is, for a node is a wish. */
    private static OptionalInt memoryNode(Dma dma) {
        if (dma.numaNode() < 0) {
            return OptionalInt.empty();
        }
        try (DmaBuffer page = dma.allocate(1)) {
            return dma.numaNode(page);
        } catch (VfioException e) {
            return OptionalInt.empty(); // what keeps it from having memory is for those who want some
        }
    }

    private static FunctionIds ids(DeviceIdentity identity) {
        Modalias numbers = identity.modalias();
        return new FunctionIds(
                numbers.value(MatchField.VENDOR),
                numbers.value(MatchField.DEVICE),
                numbers.value(MatchField.SUBSYSTEM_VENDOR),
                numbers.value(MatchField.SUBSYSTEM),
                numbers.classCode(),
                identity.revision());
    }

    /** The interrupt indexes of a device that have a vector. */
    static List<IrqInfo> irqs(PciDevice device) {
        List<IrqInfo> irqs = new ArrayList<>();
        for (int index = 0; index < device.device().info().irqCount(); index++) {
            IrqInfo info = device.device().irq(index);
            if (info.count() > 0) {
                irqs.add(info);
            }
        }
        return irqs;
    }

    private static List<RegionFacts> regions(PciDevice device) {
        Map<Integer, String> kinds = new HashMap<>();
        for (Bar bar : device.bars()) {
            kinds.put(bar.index(), kind(bar));
        }
        List<RegionFacts> regions = new ArrayList<>();
        for (int index = 0; index < device.device().info().regionCount(); index++) {
            RegionInfo info = device.device().region(index);
            if (info.exists()) {
                regions.add(
                        new RegionFacts(info, info.type().map(RegionKinds::name).orElse(kinds.get(index))));
            }
        }
        return regions;
    }

    private static String kind(Bar bar) {
        if (bar.isIo()) {
            return "I/O";
        }
        return (bar.is64Bit() ? "memory 64-bit" : "memory 32-bit") + (bar.isPrefetchable() ? " prefetchable" : "");
    }
}
