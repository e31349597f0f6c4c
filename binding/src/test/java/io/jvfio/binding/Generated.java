// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.variant.MatchField;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Functions and aliases by chance, of few values so that they meet. */
final class Generated {
    private static final int[] IDS = {0, 1, 0x15b3, 0x101e, 0x8086, 0xabcd, -1};
    private static final int[] BYTES = {0, 1, 2, 8, 0xff};

    private Generated() {}

    static Modalias modalias(Random random) {
        List<Integer> values = new ArrayList<>();
        for (MatchField field : MatchField.ALL) {
            values.add(value(random, field));
        }
        return new Modalias(values);
    }

    private static int value(Random random, MatchField field) {
        int[] values = field.digits() == 2 ? BYTES : IDS;
        return values[random.nextInt(values.length)];
    }

    /** An alias that mostly describes the function, and sometimes another one. */
    static String alias(Random random, Modalias function) {
        MatchRule rule = MatchRule.any();
        for (MatchField field : MatchField.ALL) {
            if (random.nextInt(3) == 0) {
                rule = rule.with(field, random.nextInt(4) == 0 ? value(random, field) : function.value(field));
            }
        }
        String text = "vfio_pci:" + rule;
        return text.endsWith("*") ? text : text + "*";
    }

    /** Lines of a list of aliases, the driver for everything among them. */
    static List<String> catalogue(Random random, Modalias function, int size) {
        List<String> lines = new ArrayList<>(List.of("alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci"));
        for (int i = 0; i < size; i++) {
            lines.add("alias " + alias(random, function) + " m" + i);
        }
        Collections.shuffle(lines, random);
        return lines;
    }
}
