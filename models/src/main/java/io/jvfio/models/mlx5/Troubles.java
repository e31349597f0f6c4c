// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts commands, and says what goes wrong with them. What has happened is not forgotten by a reset.
 *
 * <p>Threads: one at a time.
 */
final class Troubles {
    private final List<Trouble> all;
    private final Map<Integer, Integer> counts = new HashMap<>();

    Troubles(List<Trouble> all) {
        this.all = all;
    }

    /** What goes wrong with the next command of this kind. */
    List<Trouble> meet(int opcode) {
        if (all.isEmpty()) {
            return List.of();
        }
        int count = counts.merge(opcode, 1, Integer::sum);
        List<Trouble> met = new ArrayList<>();
        for (Trouble trouble : all) {
            if (trouble.opcode() == opcode && (trouble.nth() == 0 || trouble.nth() == count)) {
                met.add(trouble);
            }
        }
        return met;
    }
}
