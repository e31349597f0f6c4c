// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options that a locator gives a model: {@code ?key=value&key=value}. Every bad value is an
 * {@link IllegalArgumentException} that names the key, the value and what would do.
 *
 * <p>Threads: immutable.
 */
public final class ModelOptions {
    private final String model;
    private final Map<String, String> values;

    private ModelOptions(String model, Map<String, String> values) {
        this.model = model;
        this.values = values;
    }

    /**
     * Reads what follows the question mark.
     *
     * @param model the model's name, for errors
     * @param query {@code key=value&key=value}, may be empty
     * @param known the options that there are
     * @throws IllegalArgumentException if a key is unknown or given twice, or the text is malformed
     */
    public static ModelOptions parse(String model, String query, List<ModelOption> known) {
        Map<String, String> values = new HashMap<>();
        known.forEach(option -> values.put(option.key(), option.standard()));
        List<String> given = new ArrayList<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "\"" + pair + "\" in the options of model " + model + " is not key=value");
            }
            String key = pair.substring(0, equals);
            if (!values.containsKey(key)) {
                throw new IllegalArgumentException("model " + model + " has no option \"" + key + "\"; it has: "
                        + String.join(", ", known.stream().map(ModelOption::key).toList()));
            }
            if (given.contains(key)) {
                throw new IllegalArgumentException("option " + key + " of model " + model + " is given twice");
            }
            given.add(key);
            values.put(key, pair.substring(equals + 1));
        }
        return new ModelOptions(model, Map.copyOf(values));
    }

    /**
     * The text of an option; its standard value if the locator does not give it.
     *
     * @throws IllegalArgumentException if the model has no such option
     */
    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("model " + model + " has no option \"" + key + "\"");
        }
        return value;
    }

    /** Whether an option has a value that is not empty. */
    public boolean has(String key) {
        return !text(key).isEmpty();
    }

    /**
     * A whole number, decimal or after {@code 0x} hexadecimal, unsigned in 64 bits.
     *
     * @param key the option
     * @param low the least that is allowed, unsigned
     * @param high the most that is allowed, unsigned
     */
    public long number(String key, long low, long high) {
        String text = text(key);
        long value;
        try {
            value = text.startsWith("0x") || text.startsWith("0X")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw bad(key, "a number such as 10 or 0xa", e);
        }
        return checked(key, value, low, high);
    }

    /**
     * A number of bytes: a number, or one with {@code KiB}, {@code MiB}, {@code GiB} or {@code TiB} behind it.
     *
     * @param key the option
     * @param low the least that is allowed
     * @param high the most that is allowed
     */
    public long bytes(String key, long low, long high) {
        String text = text(key);
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        int shift = 0;
        String digits = text;
        for (int i = 0; i < units.length; i++) {
            if (text.endsWith(units[i])) {
                shift = 10 * (i + 1);
                digits = text.substring(0, text.length() - units[i].length());
            }
        }
        long value;
        try {
            value = Math.multiplyExact(
                    digits.startsWith("0x") ? Long.parseLong(digits.substring(2), 16) : Long.parseLong(digits),
                    1L << shift);
        } catch (NumberFormatException | ArithmeticException e) {
            throw bad(key, "a number of bytes such as 4096, 64KiB or 1GiB", e);
        }
        return checked(key, value, low, high);
    }

    /** Yes or no: {@code on} or {@code off}, {@code true} or {@code false}, {@code yes} or {@code no}. */
    public boolean flag(String key) {
        return switch (text(key)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> throw bad(key, "on or off", null);
        };
    }

    /** One of several words. */
    public String choice(String key, String... words) {
        String text = text(key);
        if (!List.of(words).contains(text)) {
            throw bad(key, "one of " + String.join(", ", words), null);
        }
        return text;
    }

    /** What to throw when a value makes no sense to the model itself. */
    public IllegalArgumentException bad(String key, String expected) {
        return bad(key, expected, null);
    }

    /** The same for what something else threw, or null. */
    public IllegalArgumentException bad(String key, String expected, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "option " + key + "=" + text(key) + " of model " + model + " is not " + expected, cause);
    }

    private long checked(String key, long value, long low, long high) {
        if (Long.compareUnsigned(value, low) < 0 || Long.compareUnsigned(value, high) > 0) {
            throw bad(key, "in " + Hex.of(low) + ".." + Hex.of(high), null);
        }
        return value;
    }

    /** {@code options of model edu: {dma_mask=0xfffffff}}. */
    @Override
    public String toString() {
        return "options of model " + Objects.toString(model) + ": " + values;
    }
}
