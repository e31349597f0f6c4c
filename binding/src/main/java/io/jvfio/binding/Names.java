// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import org.jspecify.annotations.Nullable;

/** Names of modules. Threads: stateless. */
final class Names {
    private Names() {}

    /** A module's name as the kernel compares it: a dash is as good as an underscore. */
    static String fold(String module) {
        return module.replace('-', '_');
    }

    /** The folder of a module that is there in which its drivers are. */
    static String driversOf(String module) {
        return "/sys/module/" + fold(module) + "/drivers";
    }

    /** A name, or an empty text if there is none. */
    static String orEmpty(@Nullable String name) {
        return name == null ? "" : name;
    }

    /** The folded name of a module by its file, {@code kernel/drivers/vfio/pci/vfio-pci.ko.xz: ...}. */
    static String ofFile(String line) {
        int colon = line.indexOf(':');
        String path = colon < 0 ? line : line.substring(0, colon);
        String name = path.substring(path.lastIndexOf('/') + 1);
        int extension = name.indexOf(".ko");
        return fold(extension < 0 ? name : name.substring(0, extension));
    }

    /** How many letters have to be changed, added or left out to make one name of another. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
