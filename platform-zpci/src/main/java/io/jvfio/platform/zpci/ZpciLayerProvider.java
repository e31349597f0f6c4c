// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioDevice;
import io.jvfio.host.Host;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.MalformedZpciException;
import io.jvfio.platform.zpci.spec.PfipCapability;
import io.jvfio.platform.zpci.spec.UtilityString;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.variant.PlatformLayerProvider;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantView;
import io.jvfio.variant.Verdict;
import java.util.Optional;
import java.util.Set;

/**
 * The layer {@code zpci}: on every device that reports BASE, and on no other.
 *
 * <p>Threads: stateless.
 */
public final class ZpciLayerProvider implements PlatformLayerProvider {
    /** What the layer is called. */
    public static final String ID = "zpci";

    /** For the service loader. */
    public ZpciLayerProvider() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Set<Integer> claims() {
        return Set.of(BaseCapability.ID, GroupCapability.ID, UtilityString.ID, PfipCapability.ID);
    }

    @Override
    public Verdict probe(VariantView device) {
        Optional<InfoCapability> base = device.info().capability(BaseCapability.ID);
        if (base.isEmpty()) {
            return Verdict.decline("it reports no BASE, and is no function of IBM Z");
        }
        try {
            ZpciCapabilities.of(device.info());
            return Verdict.accept();
        } catch (MalformedZpciException e) {
            return Verdict.decline("what it reports of IBM Z is malformed: " + e.getMessage());
        }
    }

    @Override
    public VfioDevice open(VfioDevice below, VariantContext context) {
        return ZpciLayer.open(below, context, Host.system());
    }
}
