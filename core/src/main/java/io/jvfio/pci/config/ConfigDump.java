// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.PciAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code lspci -x}, {@code -xxx} or {@code -xxxx} prints, for any number of functions. Other lines, such as
 * those that {@code -v} adds, are passed over. The text may be anything: it is read in pieces of bounded size.
 *
 * <p>Threads: stateless.
 */
public final class ConfigDump {
    /** The most functions that are taken from one dump. */
    public static final int MOST_FUNCTIONS = 16_384;

    /** Longer than any line of a dump; the rest of a line is passed over. */
    private static final int LONGEST_LINE = 1024;

    private static final Pattern FUNCTION =
            Pattern.compile("((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7])(?:\\s+(.*))?");
    private static final Pattern BYTES = Pattern.compile("([0-9a-fA-F]{2,3}):((?: (?:[0-9a-fA-F]{2}|--)){1,16})\\s*");

    private ConfigDump() {}

    /**
     * Reads a dump from a file.
     *
     * @throws IOException if the file cannot be read or has too many functions
     */
    public static List<DumpedFunction> read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            return read(reader);
        }
    }

    /**
     * Reads a dump.
     *
     * @param source the text; not closed
     * @return the functions in the order of the text; a function without a byte is left out
     * @throws IOException if the source fails or has more than {@link #MOST_FUNCTIONS}
     */
    public static List<DumpedFunction> read(Reader source) throws IOException {
        Lines lines = new Lines(Objects.requireNonNull(source, "source"));
        List<DumpedFunction> functions = new ArrayList<>();
        Builder current = null;
        for (String line = lines.next(); line != null; line = lines.next()) {
            Matcher bytes = BYTES.matcher(line);
            if (bytes.matches()) {
                if (current != null) {
                    current.put(Integer.parseInt(bytes.group(1), 16), bytes.group(2));
                }
                continue;
            }
            Matcher function = FUNCTION.matcher(line);
            if (function.matches()) {
                finish(current, functions);
                String description = function.group(2);
                current = new Builder(
                        PciAddress.parse(function.group(1)), description == null ? "" : description.strip());
            }
        }
        finish(current, functions);
        return List.copyOf(functions);
    }

    private static void finish(@Nullable Builder builder, List<DumpedFunction> functions) throws IOException {
        if (builder == null || builder.known.isEmpty()) {
            return;
        }
        if (functions.size() == MOST_FUNCTIONS) {
            throw new IOException("more than " + MOST_FUNCTIONS + " functions in a dump");
        }
        functions.add(builder.build());
    }

    /** A function whose lines are being read. */
    private static final class Builder {
        private static final int STEP = 16;

        private final PciAddress address;
        private final String description;
        private final byte[] bytes = new byte[PciRegisters.EXTENDED_SIZE];
        private final BitSet known = new BitSet();

        Builder(PciAddress address, String description) {
            this.address = address;
            this.description = description;
        }

        /** Takes a line's bytes, each a blank and two characters; offsets above config space say nothing. */
        void put(int offset, String text) {
            for (int i = 0; 3 * i < text.length() && offset + i < bytes.length; i++) {
                int high = Character.digit(text.charAt(3 * i + 1), 16);
                int low = Character.digit(text.charAt(3 * i + 2), 16);
                if (high >= 0 && low >= 0) {
                    bytes[offset + i] = (byte) (high << 4 | low);
                    known.set(offset + i);
                }
            }
        }

        DumpedFunction build() {
            int size = (known.length() + STEP - 1) / STEP * STEP;
            return new DumpedFunction(address, description, ConfigImage.of(Arrays.copyOf(bytes, size), known));
        }
    }

    /** Lines of bounded length. */
    private static final class Lines {
        private final Reader reader;
        private boolean ended;

        Lines(Reader source) {
            this.reader = source instanceof BufferedReader ? source : new BufferedReader(source);
        }

        @Nullable String next() throws IOException {
            if (ended) {
                return null;
            }
            StringBuilder line = new StringBuilder();
            while (true) {
                int c = reader.read();
                if (c < 0) {
                    ended = true;
                    return line.isEmpty() ? null : line.toString();
                }
                if (c == '\n') {
                    return line.toString();
                }
                if (c != '\r' && line.length() < LONGEST_LINE) {
                    line.append((char) c);
                }
            }
        }
    }
}
