// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a PCI function: domain, bus, device and function, written {@code 0000:01:00.0}.
 *
 * <p>Threads: immutable.
 *
 * @param domain the PCI domain (segment), 0 to 0xffffffff as an unsigned number: hosts behind VMD have more than 16 bits
 * @param bus the bus, 0 to 255
 * @param device the device, 0 to 31
 * @param function the function, 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function) implements Comparable<PciAddress> {

    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\\.([0-7])");

    /** Checks the ranges. */
    public PciAddress {
        check("bus", bus, 255);
        check("device", device, 31);
        check("function", function, 7);
    }

    /**
     * Reads {@code DDDD:BB:DD.F}, where the domain has four to eight hex digits and may be left out for domain 0.
     *
     * @throws IllegalArgumentException if the text is no such address
     */
    public static PciAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "not a PCI address: \"" + text + "\" (expected for example 0000:01:00.0)");
        }
        String domain = matcher.group(1);
        return new PciAddress(
                domain == null ? 0 : Integer.parseUnsignedInt(domain, 16),
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16),
                Integer.parseInt(matcher.group(4), 16));
    }

    /** Whether {@link #parse} would take the text. */
    public static boolean matches(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches() && Integer.parseInt(matcher.group(3), 16) <= 31;
    }

    /** Orders by domain, bus, device and function, as the bus is walked. */
    @Override
    public int compareTo(PciAddress other) {
        int byDomain = Integer.compareUnsigned(domain, other.domain);
        return byDomain != 0 ? byDomain : Integer.compare(routingId(), other.routingId());
    }

    /** Bus, device and function in the 16 bits of a requester id (PCIe 6.0, 2.2.6.2). */
    public int routingId() {
        return bus << 8 | device << 3 | function;
    }

    /** The form that sysfs uses. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%04x:%02x:%02x.%d", domain, bus, device, function);
    }

    private static void check(String what, int value, int last) {
        if (value < 0 || value > last) {
            throw new IllegalArgumentException(what + " " + value + " is not in 0.." + last);
        }
    }
}
