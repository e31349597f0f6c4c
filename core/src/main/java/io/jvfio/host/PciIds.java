// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of vendors, devices and classes, from the list that Linux systems install as {@code pci.ids}
 * (<a href="https://pci-ids.ucw.cz/">pci-ids.ucw.cz</a>). Lines that make no sense are passed over.
 *
 * <p>A list is long, and little of it is asked for: of a vendor nothing is read but where it begins, until it is.
 *
 * <p>Threads: thread-safe.
 */
public final class PciIds {
    private static final List<Path> USUAL_PLACES = List.of(
            Path.of("/usr/share/misc/pci.ids"),
            Path.of("/usr/share/hwdata/pci.ids"),
            Path.of("/usr/share/pci.ids"),
            Path.of("/var/lib/pciutils/pci.ids"));

    /** What a base class begins with. */
    private static final String CLASS = "C ";

    private static final PciIds NONE = new PciIds("");

    private final String text;

    /** Where a vendor or a base class begins, by its id: {@code 8086}, {@code C 02}. */
    private final Map<String, Integer> starts = new HashMap<>();

    /** What was asked for so far: all names of a vendor or a base class by ids, without anything between those. */
    private final Map<String, Map<String, String>> sections = new ConcurrentHashMap<>();

    private PciIds(String text) {
        this.text = text;
        int end;
        for (int start = 0; start < text.length(); start = end + 1) {
            end = endOfLine(start);
            if (!continues(start)) {
                boolean isClass = text.startsWith(CLASS, start);
                String line = text.substring(start, end);
                if (isClass ? Entries.isIds(line.substring(CLASS.length()), 2, 2) : Entries.isIds(line, 4, 4)) {
                    starts.put(line.substring(0, 4), start);
                }
            }
        }
    }

    private int endOfLine(int start) {
        int end = text.indexOf('\n', start);
        return end < 0 ? text.length() : end;
    }

    /** Whether a line begins neither a vendor nor a class. */
    private boolean continues(int start) {
        char first = text.charAt(start);
        return first == '\t' || first == '\n' || first == '\r' || first == '#';
    }

    /** The list of this system; an empty one if none is installed or it cannot be read. Blocks. */
    public static PciIds system() {
        return USUAL_PLACES.stream()
                .map(PciIds::readOrNone)
                .filter(list -> list != NONE)
                .findFirst()
                .orElse(NONE);
    }

    private static PciIds readOrNone(Path place) {
        try {
            return new PciIds(new String(Files.readAllBytes(place), StandardCharsets.UTF_8));
        } catch (IOException absent) {
            return NONE;
        }
    }

    /** A list without a name. */
    public static PciIds none() {
        return NONE;
    }

    /**
     * Reads a list.
     *
     * @param source the text; not closed
     * @throws IOException if the source fails
     */
    public static PciIds read(Reader source) throws IOException {
        StringWriter all = new StringWriter();
        source.transferTo(all);
        return new PciIds(all.toString());
    }

    /** A vendor's name. */
    public Optional<String> vendor(int vendor) {
        return isId(vendor) ? name(hex4(vendor), "") : Optional.empty();
    }

    /** A device's name. */
    public Optional<String> device(int vendor, int device) {
        return isId(vendor) && isId(device) ? name(hex4(vendor), hex4(device)) : Optional.empty();
    }

    /** A subsystem's name: the board that the device is on. */
    public Optional<String> subsystem(int vendor, int device, int subsystemVendor, int subsystem) {
        return isId(vendor) && isId(device) && isId(subsystemVendor) && isId(subsystem)
                ? name(hex4(vendor), hex4(device) + hex4(subsystemVendor) + hex4(subsystem))
                : Optional.empty();
    }

    /**
     * What a class code means: the sub-class's name, or the base class's where only that is known.
     *
     * @param classCode base class, sub-class and programming interface in 24 bits
     */
    public Optional<String> className(int classCode) {
        if (classCode >>> 24 != 0) {
            return Optional.empty();
        }
        String base = hex2(classCode >> 16);
        return name(CLASS + base, hex2(classCode >> 8)).or(() -> name(CLASS + base, ""));
    }

    private Optional<String> name(String section, String ids) {
        return Optional.ofNullable(
                sections.computeIfAbsent(section, this::section).get(ids));
    }

    /** The names below one, by the ids below its own. */
    private Map<String, String> section(String id) {
        Map<String, String> names = new HashMap<>();
        Integer first = starts.get(id);
        if (first != null) {
            Entries entries = new Entries(names, id.startsWith(CLASS));
            int start = first;
            do {
                int end = endOfLine(start);
                entries.take(text.substring(start, end));
                start = end + 1;
            } while (start < text.length() && continues(start));
        }
        return names;
    }

    /** An unknown number has no name, and neither has what is out of range. */
    private static boolean isId(int number) {
        return number >>> 16 == 0;
    }

    private static String hex4(int id) {
        return hex2(id >> 8) + hex2(id);
    }

    private static String hex2(int value) {
        return Character.toString(Character.forDigit(value >> 4 & 0xf, 16)) + Character.forDigit(value & 0xf, 16);
    }

    /** Follows the indentation: what is indented belongs to the last line that is less so. */
    private static final class Entries {
        private final Map<String, String> names;
        private final boolean inClass;

        /** The ids of the last entry that is indented once; null where it was no sense. */
        private @Nullable String device;

        Entries(Map<String, String> names, boolean inClass) {
            this.names = names;
            this.inClass = inClass;
        }

        void take(String line) {
            if (line.startsWith("\t\t")) {
                String ids = inClass ? ids(line, 2, 2, 2) : ids(line, 2, 9, 4);
                if (device != null && ids != null) {
                    names.put(device + ids, name(line, inClass ? 4 : 11));
                }
            } else if (line.startsWith("\t")) {
                device = inClass ? ids(line, 1, 2, 2) : ids(line, 1, 4, 4);
                if (device != null) {
                    names.put(device, name(line, inClass ? 3 : 5));
                }
            } else if (!line.isBlank() && line.charAt(0) != '#') {
                names.put("", name(line, 4));
            }
        }

        private static String name(String line, int start) {
            return line.substring(start).strip();
        }

        /** Ids that take so many characters, in numbers of so many digits with a blank between them; null if there are none. */
        private static @Nullable String ids(String line, int start, int length, int digits) {
            String text = line.substring(start);
            return isIds(text, length, digits) ? text.substring(0, length).replace(" ", "") : null;
        }

        static boolean isIds(String text, int length, int digits) {
            if (text.length() <= length || text.charAt(length) != ' ') {
                return false;
            }
            for (int i = 0; i < length; i++) {
                char c = text.charAt(i);
                boolean gap = i % (digits + 1) == digits;
                if (gap ? c != ' ' : !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                    return false;
                }
            }
            return true;
        }
    }
}
