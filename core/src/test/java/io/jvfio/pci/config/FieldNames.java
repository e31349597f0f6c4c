// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The names of all registers and fields, in Markdown. Which registers a capability has depends on what it says, so each is
 * decoded from many images that are made by chance, always the same ones.
 */
final class FieldNames {
    private static final int IMAGES = 2000;
    private static final int SEED = 20;
    private static final int STANDARD_PLACE = 0x40;
    private static final int EXTENDED_PLACE = 0x100;
    private static final int EXPRESS_PLACE = 0xc00;
    private static final int LAST_STANDARD = 0x15;
    private static final int LAST_EXTENDED = 0x3a;
    private static final int VIRTIO = 0x1af4;
    private static final int DESIGNATED = 0x23;

    /** Registers of one name: the fields of all its kinds. */
    private static final class Named {
        private final TreeMap<String, RegisterField> fields = new TreeMap<>();
        private final TreeMap<String, String> access = new TreeMap<>();
        private int offset = Integer.MAX_VALUE;

        void add(Register register) {
            offset = Math.min(offset, register.offset());
            for (RegisterField field : register.fields()) {
                fields.merge(
                        field.name(),
                        field,
                        (a, b) -> a.bits().low() >= b.bits().low() ? a : b);
                access.merge(field.name(), field.access().name(), (a, b) -> a.contains(b) ? a : a + " or " + b);
            }
        }

        String text() {
            return fields.values().stream()
                    .sorted(Comparator.comparingInt(
                                    (RegisterField field) -> field.bits().low())
                            .thenComparing(RegisterField::name))
                    .map(field -> "`" + field.name() + "`" + suffix(access.get(field.name())))
                    .collect(Collectors.joining(", "));
        }

        private static String suffix(String access) {
            return access.equals("RO") ? "" : " " + access;
        }
    }

    private FieldNames() {}

    static String page() {
        StringBuilder page = new StringBuilder();
        String[] headers = {"an endpoint", "a bridge", "a CardBus bridge"};
        for (int layout = 0; layout < headers.length; layout++) {
            page.append("\n## The header of ").append(headers[layout]).append("\n\n");
            table(page, header(layout));
        }
        page.append("\n## Capabilities\n");
        for (int id = 1; id <= LAST_STANDARD; id++) {
            capability(page, new CapabilityHeader(false, id, 0, STANDARD_PLACE));
        }
        page.append("\n## Extended capabilities\n");
        for (int id = 1; id <= LAST_EXTENDED; id++) {
            capability(page, new CapabilityHeader(true, id, 1, EXTENDED_PLACE));
        }
        return page.toString();
    }

    private static void capability(StringBuilder page, CapabilityHeader header) {
        CapabilityLayout layout = CapabilityTables.of(header);
        if (layout.title().equals("unknown capability")) {
            return;
        }
        String id = Wording.hex(header.extended() ? 4 : 2).word(header.id());
        page.append("\n### ").append(layout.name()).append(": ").append(layout.title());
        page.append(" (").append(id).append(")\n\n");
        Map<String, Named> registers = decoded(header, layout);
        if (registers.isEmpty()) {
            page.append("Its bytes are told as they are.\n");
        } else {
            table(page, registers);
        }
    }

    private static Map<String, Named> header(int layout) {
        Map<String, Named> registers = new LinkedHashMap<>();
        Random random = new Random(SEED);
        for (int image = 0; image < IMAGES; image++) {
            byte[] bytes = new byte[PciRegisters.EXTENDED_SIZE];
            random.nextBytes(bytes);
            Decoding.Function function = new Decoding.Function(ConfigImage.of(bytes), layout, 0x8086, 0);
            Decoding at = new Decoding(function, 0, HeaderTables.size(layout), 0, new ArrayList<>());
            HeaderTables.decode(at);
            keep(registers, at);
        }
        return registers;
    }

    private static Map<String, Named> decoded(CapabilityHeader header, CapabilityLayout layout) {
        Map<String, Named> registers = new LinkedHashMap<>();
        Random random = new Random(SEED);
        for (int image = 0; image < IMAGES; image++) {
            byte[] bytes = new byte[PciRegisters.EXTENDED_SIZE];
            random.nextBytes(bytes);
            int place = header.offset();
            if (header.extended() && header.id() == DESIGNATED && image % 2 == 0) {
                bytes[place + 4] = (byte) CxlTables.VENDOR;
                bytes[place + 5] = (byte) (CxlTables.VENDOR >> 8);
                bytes[place + 7] = (byte) 0xff; // a length that all its registers have room in
                bytes[place + 8] = (byte) (image / 2 % 16);
                bytes[place + 9] = 0;
            }
            if (!header.extended() && image % 2 == 0) {
                bytes[place + 3] = (byte) (image / 2 % 10); // the kinds of virtio's
            }
            int limit = header.extended() ? EXPRESS_PLACE : PciRegisters.CONVENTIONAL_SIZE;
            int vendor = image % 2 == 0 ? VIRTIO : 0x8086;
            Decoding.Function function = new Decoding.Function(ConfigImage.of(bytes), image % 3, vendor, EXPRESS_PLACE);
            Decoding at = new Decoding(function, place, limit, image % 4, new ArrayList<>());
            layout.body().decode(at);
            keep(registers, at);
        }
        return registers;
    }

    private static void keep(Map<String, Named> registers, Decoding at) {
        for (RegisterValue value : at.registers()) {
            registers.computeIfAbsent(value.name(), name -> new Named()).add(value.register());
        }
    }

    private static void table(StringBuilder page, Map<String, Named> registers) {
        page.append("| register | fields |\n| --- | --- |\n");
        List<Map.Entry<String, Named>> sorted = new ArrayList<>(registers.entrySet());
        sorted.sort(Comparator.comparingInt((Map.Entry<String, Named> each) -> each.getValue().offset)
                .thenComparing(Map.Entry::getKey));
        Map<String, Long> alike =
                sorted.stream().collect(Collectors.groupingBy(FieldNames::kind, Collectors.counting()));
        List<String> told = new ArrayList<>();
        for (Map.Entry<String, Named> each : sorted) {
            String kind = kind(each);
            if (told.contains(kind)) {
                continue;
            }
            boolean many = alike.getOrDefault(kind, 0L) > 2;
            if (many) {
                told.add(kind);
            }
            page.append("| `").append(each.getKey()).append(many ? "` and so on | " : "` | ");
            page.append(each.getValue().text()).append(" |\n");
        }
    }

    /** Registers that differ in their number alone are of one kind. */
    private static String kind(Map.Entry<String, Named> register) {
        return register.getKey().replaceAll("\\d+", "N") + register.getValue().text();
    }
}
