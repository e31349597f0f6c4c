// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How words of the command line are read. Threads: stateless. */
public final class Converters {
    private Converters() {}

    /** A number of 64 bits without a sign: decimal, or hexadecimal after {@code 0x}. */
    public static final class Unsigned implements ITypeConverter<Long> {
        /** For picocli. */
        public Unsigned() {}

        @Override
        public Long convert(String text) {
            try {
                boolean hex = text.startsWith("0x") || text.startsWith("0X");
                String digits = hex ? text.substring(2) : text;
                if (digits.isEmpty() || digits.charAt(0) == '+' || digits.charAt(0) == '-') {
                    throw new NumberFormatException();
                }
                return Long.parseUnsignedLong(digits, hex ? 16 : 10);
            } catch (NumberFormatException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no number of 64 bits (0x and hexadecimal digits, or decimal)");
            }
        }
    }

    /** A number of bytes: decimal, with K, M, G or T behind it for powers of 1024 ({@code 64M}, {@code 64MiB}). */
    public static final class Bytes implements ITypeConverter<Long> {
        private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(?:([KMGT])(?:iB)?)?");

        /** For picocli. */
        Bytes() {}

        @Override
        public Long convert(String text) {
            Matcher parts = TEXT.matcher(text);
            if (parts.matches()) {
                long count = Long.parseLong(parts.group(1));
                int shift = parts.group(2) == null ? 0 : 10 * ("KMGT".indexOf(parts.group(2)) + 1);
                if (count <= Long.MAX_VALUE >> shift) {
                    return count << shift;
                }
            }
            throw new TypeConversionException("'" + text + "' is no number of bytes, such as 4096, 128K or 1GiB");
        }
    }

    /** A width of a register in bits. */
    public static final class Width implements ITypeConverter<Integer> {
        private static final List<String> WIDTHS = List.of("8", "16", "32", "64");

        /** For picocli. */
        Width() {}

        @Override
        public Integer convert(String text) {
            if (!WIDTHS.contains(text)) {
                throw new TypeConversionException("'" + text + "' is no width in bits: 8, 16, 32 or 64");
            }
            return Integer.valueOf(text);
        }
    }

    /** A PCI function of this host. */
    public static final class Address implements ITypeConverter<PciAddress> {
        /** For picocli. */
        Address() {}

        @Override
        public PciAddress convert(String text) {
            try {
                return PciAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A device. */
    public static final class Locator implements ITypeConverter<DeviceLocator> {
        /** For picocli. */
        Locator() {}

        @Override
        public DeviceLocator convert(String text) {
            try {
                return DeviceLocator.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A constant as the command line spells it: {@code compat-type1}. */
    public static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The constants of an enum in the spelling of the command line: reads one, and lists all for help and completion.
     *
     * @param <E> the enum
     */
    public abstract static class Spelled<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
        private final List<E> constants;
        private final String what;

        /**
         * Reads these constants.
         *
         * @param what what one of them is called, for errors
         */
        protected Spelled(E[] constants, String what) {
            this.constants = List.of(constants);
            this.what = what;
        }

        @Override
        public final E convert(String text) {
            for (E constant : constants) {
                if (spelling(constant).equalsIgnoreCase(text)) {
                    return constant;
                }
            }
            throw new TypeConversionException("'" + text + "' is no " + what + ": " + String.join(", ", this));
        }

        @Override
        public final Iterator<String> iterator() {
            return constants.stream().map(Converters::spelling).iterator();
        }
    }
}
