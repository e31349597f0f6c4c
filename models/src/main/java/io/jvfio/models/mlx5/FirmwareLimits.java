// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.mmio.BigWord32;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The time-outs that the firmware tells: {@code NAME:MILLISECONDS} with semicolons between them. The names are those of
 * {@link FirmwareTimeout}, and {@code command} and {@code queue} for the two that are registers of their own.
 *
 * <p>Threads: immutable.
 */
final class FirmwareLimits {
    private static final String COMMAND = "command";
    private static final String QUEUE = "queue";
    private static final int USUAL_QUEUE = 2000;
    private static final int MOST = 0xf_ffff;

    private final Map<String, Integer> millis;

    private FirmwareLimits(Map<String, Integer> millis) {
        this.millis = Map.copyOf(millis);
    }

    /**
     * Reads what an option says.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static FirmwareLimits parse(String text) {
        Set<String> names = new TreeSet<>(Set.of(COMMAND, QUEUE));
        for (FirmwareTimeout each : FirmwareTimeout.values()) {
            names.add(each.text());
        }
        Map<String, Integer> found = new HashMap<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            int colon = part.indexOf(':');
            String name = colon < 0 ? part : part.substring(0, colon).toLowerCase(Locale.ROOT);
            if (colon < 0 || !names.contains(name)) {
                throw new IllegalArgumentException("\"" + part + "\" is not NAME:MILLISECONDS with one of " + names);
            }
            int value = Integer.parseInt(part.substring(colon + 1));
            if (value < 1 || value > MOST) {
                throw new IllegalArgumentException(value + " milliseconds are not 1 to " + MOST);
            }
            found.put(name, value);
        }
        return new FirmwareLimits(found);
    }

    /** Whether any is told. */
    boolean areTold() {
        return !millis.isEmpty();
    }

    /** The register of commands. */
    int command() {
        return millis.getOrDefault(COMMAND, 0);
    }

    /** The register of the command queue: not 0 if any is told. */
    int queue() {
        return millis.getOrDefault(QUEUE, areTold() ? USUAL_QUEUE : 0);
    }

    /** Fills the register of all others. */
    void fill(MemorySegment register, long base) {
        for (FirmwareTimeout each : FirmwareTimeout.values()) {
            BigWord32.at(each.offset()).set(register, base, millis.getOrDefault(each.text(), 0));
        }
    }
}
