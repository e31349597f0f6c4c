// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A region of a device by number, with a name for those that PCI has ({@code VFIO_PCI_*_REGION_INDEX}).
 *
 * <p>Threads: immutable.
 *
 * @param index the region's index
 */
record RegionName(int index) {
    private static final List<String> NAMES =
            List.of("bar0", "bar1", "bar2", "bar3", "bar4", "bar5", "rom", "config", "vga");

    /** {@code bar0}, or the number of a region that is the device's own. */
    @Override
    public String toString() {
        return index < NAMES.size() ? NAMES.get(index) : String.valueOf(index);
    }

    /** Reads a region from the command line. */
    static final class Converter implements ITypeConverter<RegionName> {
        /** For picocli. */
        Converter() {}

        @Override
        public RegionName convert(String text) {
            int named = NAMES.indexOf(text.toLowerCase(Locale.ROOT));
            if (named >= 0) {
                return new RegionName(named);
            }
            try {
                return new RegionName(Integer.parseUnsignedInt(text));
            } catch (NumberFormatException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no region: " + String.join(", ", NAMES) + " or a number");
            }
        }
    }
}
