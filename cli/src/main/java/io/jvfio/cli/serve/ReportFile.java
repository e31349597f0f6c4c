// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.FileFailure;
import io.jvfio.Hex;
import io.jvfio.cli.out.Json;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.ModelReport;
import io.jvfio.emulation.ModelReport.Missing;
import io.jvfio.emulation.ModelReport.Spin;
import io.jvfio.pci.config.PciRegisters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file that says what a model does not implement. It is written whole each time, so that a reader never finds a part.
 *
 * <p>Threads: thread-safe.
 */
final class ReportFile {
    private final Path file;
    private final String name;
    private final boolean json;

    private record Place(int region, long offset) {}

    /** Guarded by this, as all that follows. */
    private @Nullable EmulatedDevice device;

    /** How often a spin was seen that has been told. */
    private final Map<Place, Long> told = new HashMap<>();

    ReportFile(Path file, String name, boolean json) {
        this.file = file;
        this.name = name;
        this.json = json;
    }

    /** The device that reports; another one begins a report of its own. */
    synchronized void of(EmulatedDevice opened) {
        device = opened;
        told.clear();
    }

    /** Registers on which a client has begun to spin since the last time. */
    synchronized List<String> newSpins() {
        List<Spin> spins = report().spins().stream()
                .filter(spin -> spin.times() > told.getOrDefault(new Place(spin.region(), spin.offset()), 0L))
                .toList();
        spins.forEach(spin -> told.put(new Place(spin.region(), spin.offset()), spin.times()));
        return spins.stream().map(ReportFile::text).toList();
    }

    /**
     * Writes the file.
     *
     * @throws io.jvfio.VfioException if that cannot be done
     */
    synchronized void write() {
        ModelReport report = report();
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(part, json ? json(report) + "\n" : text(report));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    private ModelReport report() {
        return device == null
                ? new ModelReport(List.of(), 0, List.of(), List.of())
                : device.report().orElseThrow();
    }

    private String text(ModelReport report) {
        StringBuilder text = new StringBuilder(name).append('\n');
        if (report.isEmpty()) {
            text.append("  nothing was missing\n");
        }
        for (Missing access : report.missing()) {
            text.append("  not implemented: ")
                    .append(access.write() ? "write" : "read")
                    .append(" of ")
                    .append(access.width() * Byte.SIZE)
                    .append(" bits at ")
                    .append(place(access.region(), access.offset(), access.register()))
                    .append(", ")
                    .append(times(access.count()))
                    .append('\n');
        }
        if (report.others() > 0) {
            text.append("  and elsewhere, ").append(times(report.others())).append('\n');
        }
        report.spins().forEach(spin -> text.append("  ").append(text(spin)).append('\n'));
        if (!report.undescribed().isEmpty()) {
            text.append("  the model does not say which registers it has: ")
                    .append(report.undescribed().stream()
                            .map(ReportFile::region)
                            .collect(Collectors.joining(", ")))
                    .append('\n');
        }
        return text.toString();
    }

    private static String text(Spin spin) {
        return "a client spun on " + place(spin.region(), spin.offset(), spin.register()) + ", which stayed "
                + Hex.ofBits(spin.value(), spin.width() * Byte.SIZE) + ": " + spin.reads() + " reads, "
                + spin.longest().toMillis() + " ms at most, " + times(spin.times());
    }

    private static String place(int index, long offset, @Nullable String register) {
        return (register == null ? "" : register + ", ") + Hex.of(offset) + " of " + region(index);
    }

    private static String region(int index) {
        return index < PciRegisters.BAR_COUNT
                ? "BAR " + index
                : index == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX ? "config space" : "region " + index;
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }

    private String json(ModelReport report) {
        return Json.object(true, fields -> {
            fields.number("schema", Json.SCHEMA);
            fields.text("device", name);
            fields.objects("missing", report.missing(), ReportFile::fields);
            fields.number("others", report.others());
            fields.objects("spins", report.spins(), ReportFile::fields);
            fields.objects("undescribed", report.undescribed(), (each, index) -> each.number("region", index));
        });
    }

    private static void fields(Json json, Missing access) {
        json.number("region", access.region());
        json.hex("offset", access.offset());
        json.text("register", access.register());
        json.number("width", access.width());
        json.text("access", access.write() ? "write" : "read");
        json.number("count", access.count());
    }

    private static void fields(Json json, Spin spin) {
        json.number("region", spin.region());
        json.hex("offset", spin.offset());
        json.text("register", spin.register());
        json.number("width", spin.width());
        json.hexBits("value", spin.value(), spin.width() * Byte.SIZE);
        json.number("reads", spin.reads());
        json.number("longestMillis", spin.longest().toMillis());
        json.number("times", spin.times());
    }
}
