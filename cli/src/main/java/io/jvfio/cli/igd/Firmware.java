// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.vendor.igd.IntelGraphics;
import io.jvfio.vendor.igd.spec.Finding;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.Vbt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is of firmware's: an OpRegion, with a table or without, or a table alone.
 *
 * @param region the OpRegion, or null
 * @param alone the table if there is no OpRegion
 * @param graphics the device that shows it, borrowed; null for a file
 */
record Firmware(
        @Nullable OpRegion region,
        @Nullable Vbt alone,
        @Nullable IntelGraphics graphics) {
    @Nullable Vbt vbt() {
        return region == null ? alone : region.vbt().orElse(null);
    }

    /** What is wrong with both. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (region != null) {
            findings.addAll(region.findings());
        }
        Vbt vbt = vbt();
        if (vbt != null) {
            findings.addAll(vbt.bdb().findings());
        }
        return findings;
    }
}
