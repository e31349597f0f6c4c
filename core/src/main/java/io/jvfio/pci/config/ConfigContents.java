// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A function's config space, taken apart: the header's registers and those of every capability, as they read at one
 * time. Whatever the bytes are, decoding ends, reads nothing outside and throws nothing; what is wrong is a
 * {@link ConfigFinding}.
 *
 * <p>{@snippet :
 * ConfigContents contents = ConfigContents.of(device.config());
 * FieldValue size = contents.capability(0x10).orElseThrow().register("DevCtl").field("MaxReadReq");
 * device.config().write(size, 2);
 * }
 *
 * <p>Threads: immutable.
 *
 * @param size bytes of config space that were there to be read
 * @param header the header's registers
 * @param capabilities standard ones first, each in the order of its list
 * @param findings what is wrong, in the order in which it was found
 */
public record ConfigContents(
        int size, List<RegisterValue> header, List<Capability> capabilities, List<ConfigFinding> findings) {
    private static final int EXTENDED_HEADER = 4;
    private static final int STANDARD_HEADER = 2;

    /** Copies the lists. */
    public ConfigContents {
        header = List.copyOf(header);
        capabilities = List.copyOf(capabilities);
        findings = List.copyOf(findings);
    }

    /**
     * Takes config space apart. Reads each register once.
     *
     * @param view any bytes
     */
    public static ConfigContents of(ConfigView view) {
        List<ConfigFinding> findings = new ArrayList<>();
        if (view.known(PciRegisters.VENDOR_ID, 8)
                && view.read32(PciRegisters.VENDOR_ID) == -1
                && view.read32(PciRegisters.COMMAND) == -1) {
            findings.add(new ConfigFinding(ConfigFinding.Kind.NO_ANSWER, 0, "all bits are 1: nobody answers"));
        }
        CapabilityChain standard = CapabilityChain.standard(view);
        CapabilityChain extended =
                hasExtended(standard) ? CapabilityChain.extended(view) : new CapabilityChain(List.of(), List.of());
        Decoding.Function function = function(view, standard);
        int headerEnd = Math.min(view.size(), HeaderTables.size(function.headerLayout()));
        Decoding header = new Decoding(function, 0, headerEnd, 0, findings);
        HeaderTables.decode(header);
        findings.addAll(standard.findings());
        findings.addAll(extended.findings());
        List<Capability> capabilities = new ArrayList<>();
        for (CapabilityChain chain : List.of(standard, extended)) {
            for (CapabilityHeader each : chain.capabilities()) {
                capabilities.add(capability(function, each, chain.capabilities(), findings));
            }
        }
        overlaps(capabilities, findings);
        return new ConfigContents(view.size(), header.registers(), capabilities, findings);
    }

    /**
     * One of the header's registers.
     *
     * @throws IllegalArgumentException if the header has none of this name
     */
    public RegisterValue register(String name) {
        Objects.requireNonNull(name, "name");
        return header.stream()
                .filter(register -> register.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the header has no register \"" + name + "\"; it has "
                        + header.stream().map(RegisterValue::name).toList()));
    }

    /**
     * The first standard capability with this id.
     *
     * @param id 0 to 0xff
     */
    public Optional<Capability> capability(int id) {
        return first(false, id);
    }

    /**
     * The first extended capability with this id.
     *
     * @param id 0 to 0xffff
     */
    public Optional<Capability> extendedCapability(int id) {
        return first(true, id);
    }

    private Optional<Capability> first(boolean extended, int id) {
        return capabilities.stream()
                .filter(each ->
                        each.header().extended() == extended && each.header().id() == id)
                .findFirst();
    }

    /**
     * Only PCIe and PCI-X functions have extended capabilities. Others may have 4096 bytes nevertheless: registers of a host
     * bridge's own, or the first 256 bytes again and again.
     */
    private static boolean hasExtended(CapabilityChain standard) {
        return standard.capabilities().stream()
                .anyMatch(each -> each.id() == PciRegisters.CAP_EXPRESS || each.id() == PciRegisters.CAP_PCIX);
    }

    private static Decoding.Function function(ConfigView view, CapabilityChain standard) {
        int express = standard.capabilities().stream()
                .filter(each -> each.id() == PciRegisters.CAP_EXPRESS)
                .mapToInt(CapabilityHeader::offset)
                .findFirst()
                .orElse(0);
        return new Decoding.Function(
                view,
                view.known(PciRegisters.HEADER_TYPE, 1)
                        ? view.read8(PciRegisters.HEADER_TYPE) & PciRegisters.HEADER_LAYOUT_MASK
                        : PciRegisters.HEADER_ENDPOINT,
                view.known(PciRegisters.VENDOR_ID, Short.BYTES)
                        ? view.read16(PciRegisters.VENDOR_ID)
                        : PciRegisters.NO_ANSWER_16,
                express);
    }

    private static Capability capability(
            Decoding.Function function,
            CapabilityHeader header,
            List<CapabilityHeader> all,
            List<ConfigFinding> findings) {
        CapabilityLayout layout = CapabilityTables.of(header);
        int end = header.extended() ? PciRegisters.EXTENDED_SIZE : PciRegisters.CONVENTIONAL_SIZE;
        int limit = layout.known() ? end : nextAfter(header, all, end);
        Decoding at = new Decoding(function, header.offset(), limit, header.version(), findings);
        at.claim(header.extended() ? EXTENDED_HEADER : STANDARD_HEADER);
        layout.body().decode(at);
        return new Capability(header, layout.name(), layout.title(), Math.max(at.size(), 4), at.registers(), at.raw());
    }

    /** Where the next capability in space starts: what is raw ends there. */
    private static int nextAfter(CapabilityHeader header, List<CapabilityHeader> all, int end) {
        return all.stream()
                .mapToInt(CapabilityHeader::offset)
                .filter(offset -> offset > header.offset())
                .min()
                .orElse(end);
    }

    private static void overlaps(List<Capability> capabilities, List<ConfigFinding> findings) {
        List<Capability> sorted = new ArrayList<>(capabilities);
        sorted.sort(Comparator.comparingInt(each -> each.header().offset()));
        Capability furthest = null;
        for (Capability each : sorted) {
            if (furthest != null && furthest.last() >= each.header().offset()) {
                findings.add(new ConfigFinding(
                        ConfigFinding.Kind.OVERLAP,
                        each.header().offset(),
                        each.name() + " starts inside " + furthest.name() + ", which ends at "
                                + Hex.of(furthest.last())));
            }
            furthest = furthest == null || each.last() > furthest.last() ? each : furthest;
        }
    }
}
