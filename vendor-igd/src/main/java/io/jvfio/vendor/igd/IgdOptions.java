// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd;

import io.jvfio.FileFailure;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.OpRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks of the variant.
 *
 * @param opRegion the bytes of an OpRegion; null if none is given
 * @param gms the code of the stolen memory's size that is shown; -1 for the device's own
 */
record IgdOptions(@Nullable Blob opRegion, int gms) {
    static final String OP_REGION = "opregion";
    static final String GMS = "gms";

    private static final int MOST_GMS = 0xff;

    /** Reads them; what makes no sense is an IllegalArgumentException. */
    static IgdOptions of(Map<String, String> options) {
        for (String key : options.keySet()) {
            if (!key.equals(OP_REGION) && !key.equals(GMS)) {
                throw new IllegalArgumentException(
                        "intel.igd has no option \"" + key + "\"; it has: " + OP_REGION + ", " + GMS);
            }
        }
        String file = options.get(OP_REGION);
        return new IgdOptions(file == null ? null : read(file), gms(options.get(GMS)));
    }

    private static Blob read(String file) {
        Blob bytes;
        try {
            bytes = Blob.read(Path.of(file));
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
        try {
            OpRegion.parse(bytes);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(file + " is no OpRegion: " + e.getMessage(), e);
        }
        return bytes;
    }

    private static int gms(@Nullable String text) {
        if (text == null) {
            return -1;
        }
        try {
            int value = Integer.decode(text);
            if (value >= 0 && value <= MOST_GMS) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("gms=" + text + " is no number", e);
        }
        throw new IllegalArgumentException("gms=" + text + " is not in 0..0xff");
    }
}
