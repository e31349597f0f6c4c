// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.device.VariantPolicy;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a site has laid down about kernel drivers and about Java variants, in files of lines:
 *
 * <pre>{@code
 * pci:0000:3b:00.0 = vfio-pci                # this function
 * pci:15b3:101e = vfio-pci                   # vendor and device; subsystem ids and a class may follow: pci:*:*:*:*:0108*
 * default.pci = some_vfio_pci                # in place of the driver for all devices
 * prefer = acme_b, acme_a                    # among equals
 * java deny acme.fpga for pci:1234:5678      # not this Java variant; also allow, prefer and use
 * }</pre>
 *
 * <p>Of two files the later wins where both say something of the same; within one file that is an error.
 *
 * <p>Threads: immutable.
 */
final class BindingPolicy {
    private static final String DEFAULT = "default.pci";
    private static final String PREFER = "prefer";
    private static final String PCI = "pci:";
    private static final String CLASS_ANY = "*";
    private static final int ID_FIELDS = 4;
    private static final Pattern VARIANT_LINE = Pattern.compile(
            "java\\s(?:\\s*(?<verb>allow|deny|prefer|use)\\s+(?<id>\\S+)(?:\\s+for\\s+(?<device>\\S+))?)");

    private final Map<PciAddress, Line> byAddress = new LinkedHashMap<>();
    private final Map<MatchRule, Line> byRule = new LinkedHashMap<>();
    private String defaultDriver = "";
    private List<String> prefer = List.of();
    private final List<VariantPolicy.Line> variants = new ArrayList<>();
    private @Nullable String environment;

    /**
     * Something that is laid down.
     *
     * @param driver the driver
     * @param place file and number of the line
     */
    record Line(String driver, String place) {}

    /** Nothing is laid down. */
    BindingPolicy() {}

    /** Reads the files of a host about a function, first those of the system, then the user's. */
    static BindingPolicy read(HostFiles files, PciAddress address) {
        BindingPolicy policy = read(files, true);
        policy.environment = files.variable(
                "JVFIO_DRIVER_" + address.toString().replace(':', '_').replace('.', '_'));
        return policy;
    }

    /**
     * Reads the files of a host.
     *
     * @param userToo whether the user's own counts
     */
    static BindingPolicy read(HostFiles files, boolean userToo) {
        BindingPolicy policy = new BindingPolicy();
        String directory = "/etc/jvfio/variants.d";
        for (String name : files.names(directory)) {
            if (name.endsWith(".conf")) {
                policy.add(directory + "/" + name, files.textOrEmpty(directory + "/" + name));
            }
        }
        String home = files.variable("HOME");
        if (userToo && home != null && home.startsWith("/")) {
            String user = home + "/.config/jvfio/variants.conf";
            policy.add(user, files.textOrEmpty(user));
        }
        return policy;
    }

    /** Adds a file's lines. */
    void add(String file, String text) {
        Map<String, String> seen = new LinkedHashMap<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String place = file + ":" + number;
            int comment = raw.indexOf('#');
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            if (line.startsWith("java ")) {
                variants.add(variantLine(line, place));
            } else if (!line.isEmpty()) {
                String[] sides = line.split("=", 2);
                if (sides.length < 2 || sides[0].isBlank() || sides[1].isBlank()) {
                    throw new IllegalArgumentException(place + ": expected NAME = DRIVER, found \"" + line + "\"");
                }
                String name = add(sides[0].strip(), sides[1].strip(), place);
                String before = seen.putIfAbsent(name, place);
                if (before != null) {
                    throw new IllegalArgumentException(place + ": says the same of " + name + " as " + before);
                }
            }
        }
    }

    private static VariantPolicy.Line variantLine(String line, String place) {
        Matcher words = VARIANT_LINE.matcher(line);
        if (!words.matches()) {
            throw new IllegalArgumentException(place + ": expected java allow|deny|prefer|use ID [for pci:ADDRESS or"
                    + " pci:VENDOR:DEVICE], found \"" + line + "\"");
        }
        String device = words.group("device");
        VariantPolicy.Verb verb = VariantPolicy.Verb.valueOf(words.group("verb").toUpperCase(Locale.ROOT));
        String target = device == null ? "" : device.startsWith(PCI) ? device.substring(PCI.length()) : device;
        boolean plain = target.isEmpty() || PciAddress.matches(target);
        return new VariantPolicy.Line(
                verb, words.group("id"), plain ? target : rule(target, place).toString(), place);
    }

    /** What is said about Java variants, in the order of the lines. */
    VariantPolicy variants() {
        return new VariantPolicy(variants);
    }

    /** Adds a line, and says what it is about. */
    private String add(String name, String value, String place) {
        if (name.equals(DEFAULT)) {
            defaultDriver = value;
        } else if (name.equals(PREFER)) {
            prefer = Arrays.stream(value.split("[,\\s]+", -1)).map(Names::fold).toList();
        } else if (name.startsWith(PCI) && PciAddress.matches(name.substring(PCI.length()))) {
            PciAddress address = PciAddress.parse(name.substring(PCI.length()));
            byAddress.put(address, new Line(value, place));
            return address.toString();
        } else if (name.startsWith(PCI)) {
            MatchRule rule = rule(name.substring(PCI.length()), place);
            byRule.remove(rule);
            byRule.put(rule, new Line(value, place));
            return rule.toString();
        } else {
            throw new IllegalArgumentException(place + ": \"" + name + "\" is no name here: pci:ADDRESS,"
                    + " pci:VENDOR:DEVICE, default.pci or prefer");
        }
        return name;
    }

    /** {@code 15b3:101e}, {@code 15b3:*:103c:*}, {@code *:*:*:*:010802}. */
    private static MatchRule rule(String text, String place) {
        String[] words = text.toLowerCase(Locale.ROOT).split(":", -1);
        if (words.length < 2 || words.length == ID_FIELDS - 1 || words.length > ID_FIELDS + 1) {
            throw new IllegalArgumentException(place + ": \"" + text
                    + "\" is no pattern: VENDOR:DEVICE[:SUBVENDOR:SUBDEVICE[:CLASS]], each a number or *");
        }
        MatchRule rule = MatchRule.any();
        try {
            for (int i = 0; i < Math.min(words.length, ID_FIELDS); i++) {
                if (!words[i].equals(CLASS_ANY)) {
                    rule = rule.with(MatchField.ALL.get(i), Integer.parseUnsignedInt(words[i], 16));
                }
            }
            String classes = words.length > ID_FIELDS ? words[ID_FIELDS].replace(CLASS_ANY, "") : "";
            if (classes.length() % 2 != 0 || classes.length() > 6) {
                throw new NumberFormatException(classes);
            }
            for (int i = 0; i < classes.length(); i += 2) {
                rule = rule.with(
                        MatchField.ALL.get(ID_FIELDS + i / 2), Integer.parseInt(classes.substring(i, i + 2), 16));
            }
            return rule;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" has a number that is none", e);
        }
    }

    /** The driver that the environment names for the function; null if it names none. */
    @Nullable String environment() {
        return environment;
    }

    /** What is said of a function itself; null if nothing is. */
    @Nullable Line of(PciAddress address) {
        return byAddress.get(address);
    }

    /** What the pattern that describes a function most closely says; null if none does. */
    @Nullable Line of(Modalias modalias) {
        return byRule.entrySet().stream()
                .filter(entry -> entry.getKey().matches(modalias))
                .min((one, other) -> one.getKey().key().compareTo(other.getKey().key()))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    /** The driver in place of the one for all devices; empty if that is as usual. */
    String defaultDriver() {
        return defaultDriver;
    }

    /** Folded names of modules, the preferred first. */
    List<String> prefer() {
        return prefer;
    }

    /** All drivers that are named. */
    List<String> drivers() {
        List<String> names = new ArrayList<>();
        if (environment != null && !environment.isBlank()) {
            names.add(environment.strip());
        }
        byAddress.values().forEach(line -> names.add(line.driver()));
        byRule.values().forEach(line -> names.add(line.driver()));
        if (!defaultDriver.isEmpty()) {
            names.add(defaultDriver);
        }
        return names;
    }
}
