// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.util.List;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/**
 * A scheme of devices that the command itself opens, as the help tells it. The carriers say the same of themselves, but to
 * ask them takes longer than to print the help.
 *
 * <p>Threads: immutable.
 *
 * @param name the scheme
 * @param target what stands behind its colon
 * @param meaning what it opens
 */
record Scheme(String name, String target, String meaning) {
    private static final int SCHEME_WIDTH = 26;
    private static final int MEANING_WIDTH = 54;

    /** All of them, by name. */
    static final List<Scheme> ALL = List.of(
            new Scheme("cdev", "ADDRESS", "the kernel's device, by its own node and iommufd"),
            new Scheme("group", "ADDRESS", "the kernel's device, by group and container"),
            new Scheme("mdev", "UUID", "a mediated device"),
            new Scheme("model", "NAME?KEY=VALUE&...", "a device model in this process"),
            new Scheme("noiommu", "ADDRESS", "the kernel's device without an IOMMU, which is unsafe"),
            new Scheme("passed", "SOCKET", "the device that jvfio pass gives away there"),
            new Scheme(
                    "pci",
                    "ADDRESS",
                    "the kernel's device, by iommufd where this process can, else by group and container"),
            new Scheme("vfio-user", "SOCKET[?trust=server]", "a device that another process serves"));

    /** The list of schemes of the help. */
    static String text(ColorScheme colours) {
        TextTable table = TextTable.forColumns(
                colours, new Column(SCHEME_WIDTH, 2, Overflow.SPAN), new Column(MEANING_WIDTH, 2, Overflow.WRAP));
        ALL.forEach(scheme -> table.addRowValues(scheme.name + ":" + scheme.target, scheme.meaning));
        return String.format("%nSchemes of devices:%n") + table;
    }
}
