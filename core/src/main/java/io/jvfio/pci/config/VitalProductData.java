// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Vital product data: the device's name, part and serial number and what else its vendor put there. Reading ends at the
 * end tag, at the first thing that makes no sense, and at 32 KiB.
 *
 * <p>Sources: PCI 3.0, appendix I; PCIe 6.0, 6.27. Threads: immutable.
 *
 * @param identifier the product's name; empty if it has none
 * @param readOnly keywords that the vendor set, {@code RV} aside
 * @param readWrite keywords that can be written, {@code RW} aside
 * @param checksum what the checksum says of the read-only part
 * @param problem what ended the reading early; empty if nothing did
 */
public record VitalProductData(
        String identifier, List<Keyword> readOnly, List<Keyword> readWrite, Checksum checksum, String problem) {

    /** The most that there can be: the address has 15 bits. */
    public static final int LARGEST = 0x8000;

    /** What a checksum says. */
    public enum Checksum {
        /** There is none. */
        ABSENT,
        /** It is right. */
        VALID,
        /** It is wrong. */
        INVALID
    }

    /**
     * A keyword and its value.
     *
     * @param name two characters: {@code PN}, {@code SN}
     * @param value one character for each byte
     */
    public record Keyword(String name, String value) {

        /** Refuses null. */
        public Keyword {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
        }
    }

    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Bytes {
        /**
         * One byte.
         *
         * @param offset 0 to 0x7fff, ascending
         * @return 0 to 0xff, or a negative number if there is none
         */
        int at(int offset);
    }

    /** Copies the lists and refuses null. */
    public VitalProductData {
        Objects.requireNonNull(identifier, "identifier");
        Objects.requireNonNull(checksum, "checksum");
        Objects.requireNonNull(problem, "problem");
        readOnly = List.copyOf(readOnly);
        readWrite = List.copyOf(readWrite);
    }

    /** Parses bytes, whatever they are. */
    public static VitalProductData of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return of(offset -> offset < bytes.length ? bytes[offset] & 0xff : -1);
    }

    /** Parses bytes as they are read; none is asked for twice. */
    public static VitalProductData of(Bytes bytes) {
        return new Parser(Objects.requireNonNull(bytes, "bytes")).parse();
    }

    /** A read-only keyword's value, {@code SN} for example. */
    public Optional<String> keyword(String name) {
        Objects.requireNonNull(name, "name");
        return readOnly.stream()
                .filter(keyword -> keyword.name().equals(name))
                .map(Keyword::value)
                .findFirst();
    }

    /** One pass over the bytes. */
    private static final class Parser {
        private static final int LARGE = 0x80;
        private static final int IDENTIFIER = 0x82;
        private static final int READ_ONLY = 0x90;
        private static final int READ_WRITE = 0x91;
        private static final int END = 0x78;
        private static final int SMALL_LENGTH = 7;
        private static final int KEYWORD_HEADER = 3;

        private final Bytes bytes;
        private final List<Keyword> readOnly = new ArrayList<>();
        private final List<Keyword> readWrite = new ArrayList<>();
        private String identifier = "";
        private Checksum checksum = Checksum.ABSENT;
        private String problem = "";
        private int offset;
        private int sum;

        Parser(Bytes bytes) {
            this.bytes = bytes;
        }

        VitalProductData parse() {
            try {
                while (resource()) {
                    // Each takes at least one byte.
                }
            } catch (Malformed e) {
                problem = String.valueOf(e.getMessage());
            }
            return new VitalProductData(identifier, readOnly, readWrite, checksum, problem);
        }

        private boolean resource() throws Malformed {
            int start = offset;
            int tag = next();
            if ((tag & ~SMALL_LENGTH) == END) {
                return false;
            }
            if ((tag & LARGE) == 0) {
                throw new Malformed("an unknown tag " + Hex.of(tag) + " at " + Hex.of(start));
            }
            int length = next() | next() << Byte.SIZE;
            switch (tag) {
                case IDENTIFIER -> identifier = text(length);
                case READ_ONLY -> keywords(readOnly, length, true);
                case READ_WRITE -> keywords(readWrite, length, false);
                default -> throw new Malformed("an unknown tag " + Hex.of(tag) + " at " + Hex.of(start));
            }
            return true;
        }

        private void keywords(List<Keyword> found, int length, boolean summed) throws Malformed {
            int end = offset + length;
            while (offset <= end - KEYWORD_HEADER) {
                int start = offset;
                String name = text(2);
                int size = next();
                if (size > end - offset) {
                    throw new Malformed("a keyword at " + Hex.of(start) + " that leaves its area");
                }
                if (summed && name.equals("RV") && size > 0) {
                    next();
                    checksum = (sum & 0xff) == 0 ? Checksum.VALID : Checksum.INVALID;
                    text(size - 1);
                } else if (!summed && name.equals("RW")) {
                    text(size);
                } else {
                    found.add(new Keyword(name, text(size)));
                }
            }
            text(end - offset);
        }

        private String text(int length) throws Malformed {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append((char) next());
            }
            return text.toString();
        }

        private int next() throws Malformed {
            int value = offset < LARGEST ? bytes.at(offset) : -1;
            if (value < 0) {
                throw new Malformed("no more bytes at " + Hex.of(offset));
            }
            offset++;
            sum += value & 0xff;
            return value & 0xff;
        }
    }

    /** Ends a pass. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }
}
