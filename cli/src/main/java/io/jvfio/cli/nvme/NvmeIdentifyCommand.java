// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Properties;
import io.jvfio.cli.out.Sizes;
import io.jvfio.cli.out.Table;
import io.jvfio.driver.nvme.BlockFormat;
import io.jvfio.driver.nvme.ControllerInfo;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NamespaceInfo;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.LogPage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code jvfio nvme identify}. */
@Command(name = "identify", description = "Shows what a controller and its namespaces say of themselves.")
final class NvmeIdentifyCommand extends NvmeDeviceCommand {
    private static final int KELVIN = 273;

    /** For picocli. */
    NvmeIdentifyCommand() {}

    @Override
    public Integer call() throws Exception {
        return withController(controller -> {
            MemorySegment smart = controller.smart();
            if (json()) {
                printJson(json -> fill(json, controller, smart));
            } else {
                print(controller, smart);
            }
            return 0;
        });
    }

    private void print(NvmeController controller, MemorySegment smart) {
        ControllerInfo info = controller.info();
        Properties properties = new Properties();
        properties.add("model", info.model());
        properties.add("serial", info.serial());
        properties.add("firmware", info.firmware());
        properties.add("version", info.versionText());
        properties.add("subsystem", info.subsystem());
        properties.add("I/O queues", String.valueOf(controller.queueLimit()));
        properties.add("transfer", Sizes.text(controller.maxTransfer()) + " per command");
        properties.add("commands", String.join(", ", optional(info)));
        properties.add("doorbells", controller.usesShadowDoorbells() ? "in memory" : "registers");
        properties.add("write cache", info.writeCache() ? "yes" : "no");
        properties.add("temperature", LogPage.TEMPERATURE.of(smart) - KELVIN + " C");
        properties.add("wear", LogPage.PERCENTAGE_USED.of(smart) + " %");
        properties.add("media errors", Long.toUnsignedString(LogPage.MEDIA_ERRORS.of(smart)));
        properties.print(out());
        if (controller.namespaces().isEmpty()) {
            return;
        }
        out().println();
        Table table = new Table("NAMESPACE", "SIZE", "BLOCKS", "BLOCK", "FORMATS", "ID", "PROBLEM");
        for (Namespace namespace : controller.namespaces()) {
            NamespaceInfo each = namespace.info();
            table.row(
                    Integer.toUnsignedString(each.id()),
                    each.usable() ? Sizes.text(each.size()) : "",
                    Long.toUnsignedString(each.blocks()),
                    each.blockSize() == 0 ? "" : String.valueOf(each.blockSize()),
                    formats(each.formats()),
                    each.nguid().isEmpty() ? each.eui64() : each.nguid(),
                    each.problem());
        }
        table.print(out(), environment().terminal());
    }

    private void fill(Json json, NvmeController controller, MemorySegment smart) {
        ControllerInfo info = controller.info();
        json.text("device", locator().toString());
        json.text("model", info.model());
        json.text("serial", info.serial());
        json.text("firmware", info.firmware());
        json.text("version", info.versionText());
        json.id("vendor", info.vendorId(), 16);
        json.text("subsystem", info.subsystem());
        json.number("queues", controller.queueLimit());
        json.number("maxTransfer", controller.maxTransfer());
        json.texts("commands", optional(info));
        json.flag("shadowDoorbells", controller.usesShadowDoorbells());
        json.flag("writeCache", info.writeCache());
        json.object("health", health -> {
            health.number("criticalWarning", LogPage.CRITICAL_WARNING.of(smart));
            health.number("temperature", LogPage.TEMPERATURE.of(smart) - KELVIN);
            health.number("percentageUsed", LogPage.PERCENTAGE_USED.of(smart));
            health.number("availableSpare", LogPage.AVAILABLE_SPARE.of(smart));
            health.numberOrNull("mediaErrors", LogPage.MEDIA_ERRORS.of(smart));
            health.numberOrNull("powerOnHours", LogPage.POWER_ON_HOURS.of(smart));
        });
        json.objects("namespaces", controller.namespaces(), (item, namespace) -> {
            NamespaceInfo each = namespace.info();
            item.number("id", Integer.toUnsignedLong(each.id()));
            item.numberOrNull("blocks", each.blocks());
            item.numberOrNull("usedBlocks", each.used());
            item.number("blockSize", each.blockSize());
            item.number("metadataSize", each.metadataSize());
            item.text("nguid", each.nguid());
            item.text("eui64", each.eui64());
            item.text("problem", each.usable() ? null : each.problem());
            item.objects("formats", each.formats(), (one, format) -> {
                one.number("index", format.index());
                one.number("blockSize", format.blockSize());
                one.number("metadataSize", format.metadataSize());
                one.flag("current", format.index() == each.format());
            });
        });
    }

    private static List<String> optional(ControllerInfo info) {
        List<String> found = new ArrayList<>();
        addIf(found, info.hasCompare(), "compare");
        addIf(found, info.hasWriteZeroes(), "write-zeroes");
        addIf(found, info.hasDatasetManagement(), "deallocate");
        addIf(found, info.hasVerify(), "verify");
        addIf(found, info.hasFormat(), "format");
        addIf(found, info.sgls() > 0, "sgl");
        return found;
    }

    private static void addIf(List<String> list, boolean condition, String word) {
        if (condition) {
            list.add(word);
        }
    }

    private static String formats(List<BlockFormat> formats) {
        return String.join(
                " ",
                formats.stream()
                        .map(each -> each.blockSize() + (each.metadataSize() > 0 ? "+" + each.metadataSize() : ""))
                        .toList());
    }
}
