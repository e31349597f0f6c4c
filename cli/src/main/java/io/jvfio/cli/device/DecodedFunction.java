// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.VitalProductData;
import org.jspecify.annotations.Nullable;

/**
 * A function's config space as {@code jvfio config} shows it.
 *
 * <p>Threads: as its bytes.
 *
 * @param name what to call it
 * @param source where its bytes come from: {@code vfio}, {@code sysfs} or {@code dump}
 * @param bytes all of them, or null if nobody asked
 * @param contents what they mean
 * @param vpd its vital product data, or null if it has none or it is not at hand
 */
record DecodedFunction(
        String name,
        String source,
        @Nullable ConfigView bytes,
        ConfigContents contents,
        @Nullable VitalProductData vpd) {}
