// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Table;
import io.jvfio.host.PciIds;
import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigFinding;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.RawBytes;
import io.jvfio.pci.config.RegisterValue;
import io.jvfio.pci.config.VitalProductData;
import io.jvfio.pci.config.VitalProductData.Keyword;
import java.io.PrintWriter;
import java.util.List;

/** Config space for people: one line for each register. Threads: stateless. */
final class ConfigText {
    private static final int LINE = 16;

    /** Bytes that nobody knows; {@code lspci} does not have them. */
    private static final String UNKNOWN = " --";

    private ConfigText() {}

    static void print(PrintWriter out, DecodedFunction function, PciIds names) {
        ConfigContents contents = function.contents();
        String name = name(contents, names);
        out.println(function.name() + (name.isEmpty() ? "" : " " + Table.printable(name)));
        out.println("source: " + function.source() + ", " + contents.size() + " bytes");
        registers(out, contents.header());
        for (Capability capability : contents.capabilities()) {
            out.println();
            out.println(title(capability));
            registers(out, capability.registers());
            raw(out, capability.raw());
        }
        if (function.vpd() != null) {
            vpd(out, function.vpd());
        }
        if (!contents.findings().isEmpty()) {
            out.println();
            out.println("findings");
            for (ConfigFinding finding : contents.findings()) {
                out.println("  " + offset(finding.offset()) + "  " + Converters.spelling(finding.kind()) + ": "
                        + finding.message());
            }
        }
        if (function.bytes() != null) {
            out.println();
            hex(out, function.bytes());
        }
        out.println();
    }

    /** What the list of ids calls it; empty if the header does not tell or the list does not know. */
    static String name(ConfigContents contents, PciIds names) {
        return contents.header().size() < 2
                ? ""
                : names(names, (int) contents.header().get(0).value(), (int)
                        contents.header().get(1).value());
    }

    private static String names(PciIds names, int vendor, int device) {
        return (names.vendor(vendor).orElse("") + " "
                        + names.device(vendor, device).orElse(""))
                .strip();
    }

    private static String title(Capability capability) {
        var header = capability.header();
        return offset(header.offset()) + " " + capability.name() + ": " + capability.title()
                + (header.extended() ? ", version " + header.version() : "");
    }

    private static void registers(PrintWriter out, List<RegisterValue> registers) {
        int width = registers.stream()
                .mapToInt(register -> register.name().length())
                .max()
                .orElse(0);
        for (RegisterValue register : registers) {
            StringBuilder line = new StringBuilder("  ").append(offset(register.offset()));
            line.append("  ")
                    .append(register.name())
                    .repeat(' ', width - register.name().length());
            line.append("  ")
                    .append(Hex.ofBits(
                            register.value(), Byte.SIZE * register.register().width()));
            if (!register.register().fields().isEmpty()) {
                line.append("  ").append(register.text());
            }
            out.println(line);
        }
    }

    private static void raw(PrintWriter out, RawBytes raw) {
        for (int start = 0; start < raw.bytes().size(); start += LINE) {
            StringBuilder line = new StringBuilder();
            for (byte each : raw.bytes()
                    .subList(start, Math.min(start + LINE, raw.bytes().size()))) {
                line.append(' ').append(Hex.digits(each, 2));
            }
            out.println("  " + offset(raw.offset() + start) + " " + line);
        }
    }

    private static void vpd(PrintWriter out, VitalProductData vpd) {
        out.println();
        out.println("vital product data");
        out.println("  product   " + Table.printable(vpd.identifier()));
        for (Keyword keyword : vpd.readOnly()) {
            out.println("  " + Table.printable(keyword.name()) + "        " + Table.printable(keyword.value()));
        }
        for (Keyword keyword : vpd.readWrite()) {
            out.println("  " + Table.printable(keyword.name()) + " (rw)   " + Table.printable(keyword.value()));
        }
        out.println("  checksum  " + Converters.spelling(vpd.checksum()));
        if (!vpd.problem().isEmpty()) {
            out.println("  problem   " + vpd.problem());
        }
    }

    /** As {@code lspci -xxxx}, so that it can be read back. */
    private static void hex(PrintWriter out, ConfigView view) {
        for (int start = 0; start < view.size(); start += LINE) {
            StringBuilder line = new StringBuilder();
            boolean any = false;
            for (int offset = start; offset < start + LINE; offset++) {
                boolean known = view.known(offset, 1);
                any |= known;
                line.append(known ? " " + Hex.digits(view.read8(offset), 2) : UNKNOWN);
            }
            if (any) {
                out.println(offset(start) + ":" + line);
            }
        }
    }

    private static String offset(int offset) {
        return Hex.digits(offset, offset < 0x100 ? 2 : 3);
    }
}
