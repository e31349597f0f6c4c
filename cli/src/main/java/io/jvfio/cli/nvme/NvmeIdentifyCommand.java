// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Properties;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.BlockFormat;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.ControllerInfo;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NamespaceInfo;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.LogPage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code jvfio nvme identify}. */
@Command(name = "identify", description = "Shows what a controller and its namespaces say of themselves.")
final class NvmeIdentifyCommand extends NvmeDeviceCommand {
    private static final int KELVIN = 273;

    private static final Columns<NamespaceInfo> NAMESPACES = new Columns<NamespaceInfo>()
            .number("NAMESPACE", "id", each -> Integer.toUnsignedLong(each.id()))
            .column("SIZE", each -> each.usable() ? Sizes.text(each.size()) : null)
            .column("BLOCKS", each -> Long.toUnsignedString(each.blocks()))
            .number("blocks", NamespaceInfo::blocks)
            .number("usedBlocks", NamespaceInfo::used)
            .column("BLOCK", each -> each.blockSize() == 0 ? null : each.blockSize())
            .number("blockSize", NamespaceInfo::blockSize)
            .number("metadataSize", NamespaceInfo::metadataSize)
            .column("FORMATS", each -> formats(each.formats()))
            .column("ID", each -> each.nguid().isEmpty() ? each.eui64() : each.nguid())
            .text("nguid", NamespaceInfo::nguid)
            .text("eui64", NamespaceInfo::eui64)
            .column("PROBLEM", NamespaceInfo::problem)
            .text("problem", each -> each.usable() ? null : each.problem())
            .field((json, each) -> json.objects("formats", each.formats(), (item, format) -> {
                item.number("index", format.index());
                item.number("blockSize", format.blockSize());
                item.number("metadataSize", format.metadataSize());
                item.flag("current", format.index() == each.format());
            }));

    private static final Columns<MemorySegment> HEALTH = new Columns<MemorySegment>()
            .number("criticalWarning", LogPage.CRITICAL_WARNING::of)
            .column("temperature", smart -> temperature(smart) + " C")
            .field((json, smart) -> json.number("temperature", temperature(smart)))
            .column("wear", smart -> LogPage.PERCENTAGE_USED.of(smart) + " %")
            .number("percentageUsed", LogPage.PERCENTAGE_USED::of)
            .number("availableSpare", LogPage.AVAILABLE_SPARE::of)
            .column("media errors", smart -> Long.toUnsignedString(LogPage.MEDIA_ERRORS.of(smart)))
            .number("mediaErrors", LogPage.MEDIA_ERRORS::of)
            .number("powerOnHours", LogPage.POWER_ON_HOURS::of);

    private static final Columns<NvmeController> CONTROLLER = new Columns<NvmeController>()
            .text("model", "model", controller -> controller.info().model())
            .text("serial", "serial", controller -> controller.info().serial())
            .text("firmware", "firmware", controller -> controller.info().firmware())
            .text("version", "version", controller -> controller.info().versionText())
            .id("vendor", 16, controller -> controller.info().vendorId())
            .text("subsystem", "subsystem", controller -> controller.info().subsystem())
            .number("I/O queues", "queues", NvmeController::queueLimit)
            .column("transfer", controller -> Sizes.text(controller.maxTransfer()) + " per command")
            .number("maxTransfer", NvmeController::maxTransfer)
            .column("commands", controller -> String.join(", ", optional(controller.info())))
            .texts("commands", controller -> optional(controller.info()))
            .column("doorbells", controller -> controller.usesShadowDoorbells() ? "in memory" : "registers")
            .flag("shadowDoorbells", NvmeController::usesShadowDoorbells)
            .column("write cache", controller -> controller.info().writeCache() ? "yes" : "no")
            .flag("writeCache", controller -> controller.info().writeCache());

    /** For picocli. */
    NvmeIdentifyCommand() {}

    @Override
    public Integer call() throws Exception {
        return withController(controller -> {
            MemorySegment smart = smart(controller);
            List<NamespaceInfo> namespaces =
                    controller.namespaces().stream().map(Namespace::info).toList();
            if (json()) {
                printJson(locator(), json -> {
                    CONTROLLER.write(json, controller);
                    if (smart == null) {
                        json.text("health", null);
                    } else {
                        json.object("health", health -> HEALTH.write(health, smart));
                    }
                    json.objects("namespaces", namespaces, NAMESPACES::write);
                });
                return 0;
            }
            Properties properties = new Properties();
            CONTROLLER.addTo(properties, controller);
            if (smart != null) {
                HEALTH.addTo(properties, smart);
            }
            properties.print(out());
            if (!namespaces.isEmpty()) {
                out().println();
                print(NAMESPACES.table(namespaces));
            }
            return 0;
        });
    }

    /** The log page of health, which a controller that works may refuse all the same. */
    private @Nullable MemorySegment smart(NvmeController controller) {
        try {
            return controller.smart();
        } catch (CommandFailedException e) {
            say("no health: " + e.getMessage());
            return null;
        }
    }

    private static int temperature(MemorySegment smart) {
        return LogPage.TEMPERATURE.of(smart) - KELVIN;
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
