// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.vfiouser.server.ServerOptions.UnsealedMemory;
import java.util.Arrays;
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

    /** How completions are waited for, in the spelling of the command line. */
    public static final class Mode implements ITypeConverter<CompletionMode> {
        /** For picocli. */
        Mode() {}

        @Override
        public CompletionMode convert(String text) {
            return choice(CompletionMode.values(), text, "way to wait for completions");
        }
    }

    /** The ways to wait for completions, for help and completion. */
    public static final class Modes implements Iterable<String> {
        /** For picocli. */
        Modes() {}

        @Override
        public Iterator<String> iterator() {
            return spellings(CompletionMode.values()).iterator();
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

    /** A kind of IOMMU interface, in the spelling of the command line. */
    static final class Iommu implements ITypeConverter<IommuChoice> {
        /** For picocli. */
        Iommu() {}

        @Override
        public IommuChoice convert(String text) {
            return choice(IommuChoice.values(), text, "kind of IOMMU interface");
        }
    }

    /** The kinds of IOMMU interface, for help and completion. */
    static final class Iommus implements Iterable<String> {
        /** For picocli. */
        Iommus() {}

        @Override
        public Iterator<String> iterator() {
            return spellings(IommuChoice.values()).iterator();
        }
    }

    /** What a server does with memory that a client could cut short. */
    public static final class Unsealed implements ITypeConverter<UnsealedMemory> {
        /** For picocli. */
        Unsealed() {}

        @Override
        public UnsealedMemory convert(String text) {
            return choice(UnsealedMemory.values(), text, "way with unsealed memory");
        }
    }

    /** The spellings of that. */
    public static final class UnsealedWays implements Iterable<String> {
        /** For picocli. */
        UnsealedWays() {}

        @Override
        public Iterator<String> iterator() {
            return spellings(UnsealedMemory.values()).iterator();
        }
    }

    /** A kind of interrupt, in the spelling of the command line. */
    public static final class Interrupt implements ITypeConverter<InterruptType> {
        /** For picocli. */
        Interrupt() {}

        @Override
        public InterruptType convert(String text) {
            return choice(InterruptType.values(), text, "kind of interrupt");
        }
    }

    /** The kinds of interrupt, for help and completion. */
    public static final class InterruptKinds implements Iterable<String> {
        /** For picocli. */
        InterruptKinds() {}

        @Override
        public Iterator<String> iterator() {
            return spellings(InterruptType.values()).iterator();
        }
    }

    /** Whether drivers are bound to new virtual functions. */
    public static final class Probing implements ITypeConverter<VirtualFunctions.Probing> {
        /** For picocli. */
        Probing() {}

        @Override
        public VirtualFunctions.Probing convert(String text) {
            return choice(VirtualFunctions.Probing.values(), text, "setting");
        }
    }

    /** The settings, for help and completion. */
    public static final class Probings implements Iterable<String> {
        /** For picocli. */
        Probings() {}

        @Override
        public Iterator<String> iterator() {
            return spellings(VirtualFunctions.Probing.values()).iterator();
        }
    }

    /** A constant as the command line spells it: {@code compat-type1}. */
    public static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> spellings(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Converters::spelling).toList();
    }

    public static <E extends Enum<E>> E choice(E[] constants, String text, String what) {
        for (E constant : constants) {
            if (spelling(constant).equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw new TypeConversionException(
                "'" + text + "' is no " + what + ": " + String.join(", ", spellings(constants)));
    }
}
