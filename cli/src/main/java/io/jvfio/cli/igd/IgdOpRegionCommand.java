// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Properties;
import io.jvfio.vendor.igd.spec.Mailbox;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.OpRegionField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code jvfio igd opregion}. */
@Command(
        name = "opregion",
        description = "Shows header and mailboxes of an OpRegion, by the names of its specification.",
        footer = {"", "As text, what is 0 is left out."})
final class IgdOpRegionCommand extends IgdCommand {
    /** For picocli. */
    IgdOpRegionCommand() {}

    /** Some fields under one name. */
    private record Part(String name, List<OpRegionField> fields) {}

    @Override
    void tell(Firmware firmware) {
        OpRegion region = firmware.region();
        if (region == null) {
            throw new CommandFailure(
                    firmware.graphics() == null
                            ? locator() + " is a video BIOS table, without an OpRegion"
                            : locator() + " shows no OpRegion, as is usual for what is no boot display");
        }
        List<Part> parts = parts(region);
        if (json()) {
            printJson(locator(), json -> {
                IgdColumns.REGION.write(json, region);
                json.objects("parts", parts, (item, part) -> {
                    item.text("name", part.name);
                    item.object(
                            "fields",
                            fields -> part.fields.forEach(field -> {
                                if (field.count() == 1) {
                                    fields.text(field.name(), value(region, field, 0));
                                } else {
                                    fields.texts(field.name(), values(region, field));
                                }
                            }));
                });
                json.objects("findings", firmware.findings(), IgdColumns.FINDING::write);
            });
            return;
        }
        Properties header = new Properties();
        IgdColumns.REGION.addTo(header, region);
        header.print(out());
        for (Part part : parts) {
            Properties properties = new Properties();
            part.fields.forEach(field -> properties.add(field.name(), text(region, field)));
            out().println();
            out().println(part.name);
            properties.print(out());
        }
        if (!firmware.findings().isEmpty()) {
            out().println();
            print(IgdColumns.FINDING.table(firmware.findings()));
        }
    }

    private static List<Part> parts(OpRegion region) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("header", OpRegionField.of(null)));
        Set<Mailbox> there = region.mailboxes();
        for (Mailbox mailbox : there) {
            List<OpRegionField> fields =
                    OpRegionField.of(mailbox).stream().filter(region::has).toList();
            if (!fields.isEmpty()) {
                parts.add(new Part(Converters.spelling(mailbox), fields));
            }
        }
        return parts;
    }

    private static @Nullable String text(OpRegion region, OpRegionField field) {
        boolean zero = true;
        for (int i = 0; i < field.count(); i++) {
            zero &= field.of(region.bytes(), i) == 0;
        }
        return zero ? null : String.join(" ", values(region, field));
    }

    private static List<String> values(OpRegion region, OpRegionField field) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < field.count(); i++) {
            values.add(value(region, field, i));
        }
        return values;
    }

    private static String value(OpRegion region, OpRegionField field, int index) {
        return Hex.ofBits(field.of(region.bytes(), index), field.width() * Byte.SIZE);
    }
}
