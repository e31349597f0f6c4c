// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.util.Locale;
import java.util.Objects;

/**
 * The name of a device, the same in the API and in the command: a PCI address for the kernel's device, or a scheme and
 * a target.
 *
 * <p>For example {@code 0000:01:00.0}, {@code group:0000:01:00.0} or {@code model:nvme?size=256MiB}. Which schemes there
 * are, and what their targets are, depends on the carriers: {@link Vfio#schemes} and {@code jvfio --help} tell.
 *
 * <p>Threads: immutable.
 *
 * @param scheme which carrier, and how; {@code pci} for a bare address
 * @param target what follows the scheme
 */
public record DeviceLocator(String scheme, String target) {

    /** The scheme of a bare PCI address. */
    public static final String PCI = "pci";

    /** Refuses null. */
    public DeviceLocator {
        Objects.requireNonNull(scheme, "scheme");
        Objects.requireNonNull(target, "target");
    }

    /**
     * Reads a locator.
     *
     * @throws IllegalArgumentException if the text is neither a PCI address nor {@code scheme:target}
     */
    public static DeviceLocator parse(String text) {
        if (PciAddress.matches(text)) {
            return new DeviceLocator(PCI, PciAddress.parse(text).toString());
        }
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1 || !isScheme(text.substring(0, colon))) {
            throw new IllegalArgumentException(
                    "not a device: \"" + text
                            + "\" (expected a PCI address such as 0000:01:00.0, or SCHEME:TARGET such as mdev:UUID; jvfio --help has all)");
        }
        return new DeviceLocator(text.substring(0, colon).toLowerCase(Locale.ROOT), text.substring(colon + 1));
    }

    /** The locator of a PCI function's kernel device. */
    public static DeviceLocator of(PciAddress address) {
        return new DeviceLocator(PCI, address.toString());
    }

    private static boolean isScheme(String text) {
        return text.chars().allMatch(c -> c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
                && text.charAt(0) != '-';
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return scheme.equals(PCI) ? target : scheme + ":" + target;
    }
}
