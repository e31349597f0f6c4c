// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Json;
import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.RegisterValue;
import io.jvfio.pci.config.VitalProductData;
import io.jvfio.pci.config.VitalProductData.Keyword;
import java.util.List;
import java.util.stream.IntStream;

/** Config space as JSON. Threads: stateless. */
final class ConfigJson {
    private static final int LINE = 16;

    private ConfigJson() {}

    static void function(Json json, DecodedFunction function) {
        json.text("device", function.name());
        json.text("source", function.source());
        json.number("size", function.contents().size());
        registers(json, "header", function.contents().header());
        json.objects("capabilities", function.contents().capabilities(), ConfigJson::capability);
        if (function.vpd() != null) {
            VitalProductData vpd = function.vpd();
            json.object("vpd", item -> vpd(item, vpd));
        }
        json.objects("findings", function.contents().findings(), (item, finding) -> {
            item.text("kind", Converters.spelling(finding.kind()));
            item.hex("offset", finding.offset());
            item.text("message", finding.message());
        });
        if (function.bytes() != null) {
            json.texts("bytes", lines(function.bytes()));
        }
    }

    private static void capability(Json json, Capability capability) {
        json.flag("extended", capability.header().extended());
        json.id("id", capability.header().id(), capability.header().extended() ? 16 : 8);
        json.number("version", capability.header().version());
        json.hex("offset", capability.header().offset());
        json.number("size", capability.size());
        json.text("name", capability.name());
        json.text("title", capability.title());
        registers(json, "registers", capability.registers());
        if (!capability.raw().bytes().isEmpty()) {
            json.object("raw", raw -> {
                raw.hex("offset", capability.raw().offset());
                raw.text("bytes", capability.raw().text());
            });
        }
    }

    private static void registers(Json json, String name, List<RegisterValue> registers) {
        json.objects(name, registers, (item, register) -> {
            item.text("name", register.name());
            item.hex("offset", register.offset());
            int bits = Byte.SIZE * register.register().width();
            item.number("width", bits);
            item.hexBits(
                    "value", register.value(), Byte.SIZE * register.register().width());
            item.objects("fields", register.fields(), (part, field) -> {
                part.text("name", field.name());
                part.number("high", field.field().bits().high());
                part.number("low", field.field().bits().low());
                part.text("access", field.field().access().name());
                part.hex("value", field.value());
                if (field.field().flag()) {
                    part.flag("set", field.isSet());
                } else {
                    part.text("text", field.word());
                }
            });
        });
    }

    private static void vpd(Json json, VitalProductData vpd) {
        json.text("identifier", vpd.identifier());
        keywords(json, "readOnly", vpd.readOnly());
        keywords(json, "readWrite", vpd.readWrite());
        json.text("checksum", Converters.spelling(vpd.checksum()));
        json.text("problem", vpd.problem());
    }

    private static void keywords(Json json, String name, List<Keyword> keywords) {
        json.objects(name, keywords, (item, keyword) -> {
            item.text("name", keyword.name());
            item.text("value", keyword.value());
        });
    }

    /** Sixteen bytes each; what is not known is a pair of dashes. */
    private static List<String> lines(ConfigView view) {
        return IntStream.iterate(0, start -> start < view.size(), start -> start + LINE)
                .mapToObj(start -> line(view, start))
                .toList();
    }

    private static String line(ConfigView view, int start) {
        StringBuilder line = new StringBuilder();
        for (int offset = start; offset < start + LINE && offset < view.size(); offset++) {
            line.append(line.isEmpty() ? "" : " ")
                    .append(view.known(offset, 1) ? Hex.digits(view.read8(offset), 2) : "--");
        }
        return line.toString();
    }
}
