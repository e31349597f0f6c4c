// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a function's info chain says of zPCI; of two capabilities of one id the first counts.
 *
 * <p>Threads: immutable.
 *
 * @param base what every function has
 * @param group what its group has; null if it is not told
 * @param util what firmware says of it; null if that is nothing
 * @param pfip the path to it; null if it is not told
 */
public record ZpciCapabilities(
        BaseCapability base,
        @Nullable GroupCapability group,
        @Nullable UtilityString util,
        @Nullable PfipCapability pfip) {

    /** Refuses a function without BASE. */
    public ZpciCapabilities {
        Objects.requireNonNull(base, "base");
    }

    /**
     * Reads what a device says; empty if it has no BASE, and is no zPCI function then.
     *
     * @throws MalformedZpciException if one of them is malformed
     */
    public static Optional<ZpciCapabilities> of(DeviceInfo info) {
        return info.capability(BaseCapability.ID)
                .map(base -> new ZpciCapabilities(
                        BaseCapability.parse(base),
                        info.capability(GroupCapability.ID)
                                .map(GroupCapability::parse)
                                .orElse(null),
                        info.capability(UtilityString.ID)
                                .map(UtilityString::parse)
                                .orElse(null),
                        info.capability(PfipCapability.ID)
                                .map(PfipCapability::parse)
                                .orElse(null)));
    }

    /** The capabilities as a device of this machine shows them, in the kernel's order. */
    public List<InfoCapability> toList() {
        List<InfoCapability> all = new ArrayList<>();
        all.add(base.capability());
        if (group != null) {
            all.add(group.capability());
        }
        if (util != null) {
            all.add(util.capability());
        }
        if (pfip != null) {
            all.add(pfip.capability());
        }
        return List.copyOf(all);
    }
}
