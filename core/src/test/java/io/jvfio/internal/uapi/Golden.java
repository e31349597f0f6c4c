// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The golden files: what a C compiler says of the kernel's headers. */
final class Golden {
    private static final Pattern ARRAY_SUFFIX = Pattern.compile("\\[\\d*]");

    private static final Map<String, Struct> STRUCTS = readStructs();
    private static final Map<String, Long> CONSTANTS = readConstants();

    private Golden() {}

    /**
     * A line about a struct.
     *
     * @param path the member, nested ones with dots and without array lengths
     * @param offset in bytes from the start of the struct
     * @param size in bytes, 0 for an array without a length
     * @param type the C type of a scalar, else empty
     */
    record Field(String path, long offset, long size, String type) {}

    /**
     * A struct.
     *
     * @param name the C name
     * @param size its {@code sizeof}
     * @param fields all members, at all depths
     */
    record Struct(String name, long size, List<Field> fields) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Returns the structs by name, in the order of the file. */
    static Map<String, Struct> structs() {
        return STRUCTS;
    }

    private static Map<String, Struct> readStructs() {
        Map<String, Struct> structs = new LinkedHashMap<>();
        for (String line : lines("uapi-structs.tsv")) {
            String[] cells = line.split("\t", -1);
            Field field = new Field(
                    ARRAY_SUFFIX.matcher(cells[1]).replaceAll(""),
                    Long.parseLong(cells[2]),
                    Long.parseLong(cells[3]),
                    cells[4]);
            if (field.path().equals("-")) {
                structs.put(cells[0], new Struct(cells[0], field.size(), new ArrayList<>()));
            } else {
                Objects.requireNonNull(structs.get(cells[0]), cells[0]).fields().add(field);
            }
        }
        return Collections.unmodifiableMap(structs);
    }

    /** Returns the constants by name, in the order of the file, as the 64 bits that they sign-extend to. */
    static Map<String, Long> constants() {
        return CONSTANTS;
    }

    private static Map<String, Long> readConstants() {
        Map<String, Long> constants = new LinkedHashMap<>();
        for (String line : lines("uapi-constants.tsv")) {
            String[] cells = line.split("\t", -1);
            String digits = cells[1];
            long value = digits.startsWith("0x")
                    ? Long.parseUnsignedLong(digits, 2, digits.length(), 16)
                    : Long.parseLong(digits);
            if (constants.put(cells[0], value) != null) {
                throw new IllegalStateException("golden constant twice: " + cells[0]);
            }
        }
        return Collections.unmodifiableMap(constants);
    }

    /** Returns the lines of a file behind its header line. */
    private static List<String> lines(String file) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream(file), file);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().skip(1).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
