// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.igd.IgdColumns.Numbered;
import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Dump;
import io.jvfio.cli.out.Properties;
import io.jvfio.vendor.igd.spec.Backlight;
import io.jvfio.vendor.igd.spec.Bdb;
import io.jvfio.vendor.igd.spec.BdbBlock;
import io.jvfio.vendor.igd.spec.ChildDevice;
import io.jvfio.vendor.igd.spec.Finding;
import io.jvfio.vendor.igd.spec.GeneralDefinitions;
import io.jvfio.vendor.igd.spec.MalformedIgdException;
import io.jvfio.vendor.igd.spec.Panel;
import io.jvfio.vendor.igd.spec.Timing;
import io.jvfio.vendor.igd.spec.Vbt;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio igd vbt}. */
@Command(
        name = "vbt",
        description = "Shows a video BIOS table: its blocks, outputs, panels, timings and backlights.",
        footer = {"", "Panels and backlights that are empty are left out."})
final class IgdVbtCommand extends IgdCommand {
    @Option(
            names = {"-x", "--hex"},
            paramLabel = "BLOCK",
            description = "Print the bytes of this block alone.")
    private @Nullable Integer hex;

    /** For picocli. */
    IgdVbtCommand() {}

    /** What was found in a table. */
    private static final class Content {
        final List<Finding> findings;
        final List<ChildDevice> outputs;
        final List<Numbered<Panel>> panels;
        final List<Numbered<Backlight>> backlights;
        final List<Timing> timings;

        Content(Firmware firmware, Bdb bdb) {
            findings = new ArrayList<>(firmware.findings());
            outputs = found(
                    () -> bdb.definitions().map(GeneralDefinitions::children).orElse(List.of()));
            panels = used(found(bdb::panels), panel -> panel.timing().used());
            backlights = used(found(bdb::backlights), each -> each.type() != 0);
            timings = found(bdb::timings);
        }

        /** What is malformed is a finding, and does not hide the rest. */
        private <T> List<T> found(Supplier<List<T>> part) {
            try {
                return part.get();
            } catch (MalformedIgdException e) {
                findings.add(new Finding(e.offset(), String.valueOf(e.getMessage())));
                return List.of();
            }
        }

        private static <T> List<Numbered<T>> used(List<T> all, Predicate<T> isUsed) {
            List<Numbered<T>> used = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (isUsed.test(all.get(i))) {
                    used.add(new Numbered<>(i, all.get(i)));
                }
            }
            return used;
        }
    }

    @Override
    void tell(Firmware firmware) {
        Vbt vbt = firmware.vbt();
        if (vbt == null) {
            throw new CommandFailure(locator() + " has no video BIOS table that can be read"
                    + (firmware.findings().isEmpty()
                            ? ""
                            : ": " + firmware.findings().getFirst()));
        }
        if (hex != null) {
            block(vbt.bdb(), hex);
            return;
        }
        Content content = new Content(firmware, vbt.bdb());
        if (json()) {
            printJson(locator(), json -> {
                IgdColumns.TABLE.write(json, vbt);
                json.objects("blocks", vbt.bdb().blocks(), IgdColumns.BLOCK::write);
                json.objects("outputs", content.outputs, IgdColumns.OUTPUT::write);
                json.objects("panels", content.panels, IgdColumns.PANEL::write);
                json.objects("backlights", content.backlights, IgdColumns.BACKLIGHT::write);
                json.objects("timings", content.timings, IgdColumns.TIMING::write);
                json.objects("findings", content.findings, IgdColumns.FINDING::write);
            });
            return;
        }
        Properties properties = new Properties();
        IgdColumns.TABLE.addTo(properties, vbt);
        properties.print(out());
        print(IgdColumns.BLOCK, vbt.bdb().blocks());
        print(IgdColumns.OUTPUT, content.outputs);
        print(IgdColumns.PANEL, content.panels);
        print(IgdColumns.BACKLIGHT, content.backlights);
        print(IgdColumns.TIMING, content.timings);
        print(IgdColumns.FINDING, content.findings);
    }

    private <T> void print(Columns<T> columns, List<T> items) {
        if (!items.isEmpty()) {
            out().println();
            print(columns.table(items));
        }
    }

    private void block(Bdb bdb, int id) {
        BdbBlock block = bdb.block(id).orElseThrow(() -> new CommandFailure(locator() + " has no block " + id));
        MemorySegment bytes = MemorySegment.ofArray(block.data().toArray());
        if (json()) {
            printJson(locator(), json -> {
                IgdColumns.BLOCK.write(json, block);
                json.text("data", Dump.hex(bytes));
            });
            return;
        }
        Dump.print(out(), 0, bytes);
    }
}
