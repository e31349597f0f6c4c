// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of vendors, devices and classes, from the list that Linux systems install as {@code pci.ids}
 * (<a href="https://pci-ids.ucw.cz/">pci-ids.ucw.cz</a>). Lines that make no sense are passed over.
 *
 * <p>Threads: immutable.
 */
public final class PciIds {
    private static final List<Path> USUAL_PLACES = List.of(
            Path.of("/usr/share/misc/pci.ids"),
            Path.of("/usr/share/hwdata/pci.ids"),
            Path.of("/usr/share/pci.ids"),
            Path.of("/var/lib/pciutils/pci.ids"));

    private static final PciIds NONE = new PciIds(Map.of(), Map.of());

    /** By the entry's ids, each in four or two hex digits, without anything between them. */
    private final Map<String, String> devices;

    private final Map<String, String> classes;

    private PciIds(Map<String, String> devices, Map<String, String> classes) {
        this.devices = devices;
        this.classes = classes;
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
        try (Reader reader = new InputStreamReader(Files.newInputStream(place), StandardCharsets.UTF_8)) {
            return read(reader);
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
        Map<String, String> devices = new HashMap<>();
        Map<String, String> classes = new HashMap<>();
        Entries entries = new Entries(devices, classes);
        BufferedReader lines = new BufferedReader(source);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            entries.take(line);
        }
        return new PciIds(devices, classes);
    }

    /** A vendor's name. */
    public Optional<String> vendor(int vendor) {
        return isId(vendor) ? name(devices, hex4(vendor)) : Optional.empty();
    }

    /** A device's name. */
    public Optional<String> device(int vendor, int device) {
        return isId(vendor) && isId(device) ? name(devices, hex4(vendor) + hex4(device)) : Optional.empty();
    }

    /** A subsystem's name: the board that the device is on. */
    public Optional<String> subsystem(int vendor, int device, int subsystemVendor, int subsystem) {
        return isId(vendor) && isId(device) && isId(subsystemVendor) && isId(subsystem)
                ? name(devices, hex4(vendor) + hex4(device) + hex4(subsystemVendor) + hex4(subsystem))
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
        return name(classes, base + hex2(classCode >> 8)).or(() -> name(classes, base));
    }

    private static Optional<String> name(Map<String, String> names, String key) {
        return Optional.ofNullable(names.get(key));
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
        private final Map<String, String> devices;
        private final Map<String, String> classes;

        /** The ids of the enclosing entries by depth, empty where the entry was no sense. */
        private final String[] prefixes = {"", ""};

        private boolean inClasses;

        Entries(Map<String, String> devices, Map<String, String> classes) {
            this.devices = devices;
            this.classes = classes;
        }

        void take(String line) {
            if (line.isBlank() || line.charAt(0) == '#') {
                return;
            }
            int depth = line.startsWith("\t\t") ? 2 : line.charAt(0) == '\t' ? 1 : 0;
            String text = line.substring(depth);
            if (depth == 0) {
                inClasses = text.startsWith("C ");
                text = inClasses ? text.substring(2) : text;
            }
            if (inClasses) {
                take(classes, depth, text, 2, 2);
            } else if (depth < 2) {
                take(devices, depth, text, 4, 4);
            } else {
                take(devices, depth, text, 9, 4);
            }
        }

        /** An entry whose ids take so many characters, in numbers of so many digits with a blank between them. */
        private void take(Map<String, String> names, int depth, String text, int length, int digits) {
            String ids = isIds(text, length, digits) ? text.substring(0, length).replace(" ", "") : "";
            boolean known = !ids.isEmpty() && (depth == 0 || !prefixes[depth - 1].isEmpty());
            String key = known ? (depth == 0 ? "" : prefixes[depth - 1]) + ids : "";
            if (depth < prefixes.length) {
                prefixes[depth] = key;
            }
            if (depth == 0) {
                prefixes[1] = "";
            }
            if (known) {
                names.put(key, text.substring(length).strip());
            }
        }

        private static boolean isIds(String text, int length, int digits) {
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
