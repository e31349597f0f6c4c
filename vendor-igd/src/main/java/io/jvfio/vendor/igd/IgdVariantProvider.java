// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.variant.DeviceVariantProvider;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantNeeds;
import io.jvfio.variant.VariantRule;
import io.jvfio.variant.VariantView;
import io.jvfio.variant.Verdict;
import java.util.List;

/**
 * The variant {@code intel.igd}: displays of Intel's that have an OpRegion, of their own or from a file. Those that have
 * none (virtual functions, and graphics that are no boot display) need no variant.
 *
 * <p>Options: {@code opregion=FILE}, the OpRegion of a device that has none, as vfio-pci shows one; {@code gms=N}, the
 * code of the stolen memory's size that a guest reads.
 *
 * <p>Threads: stateless.
 */
public final class IgdVariantProvider implements DeviceVariantProvider {
    /** For the service loader. */
    public IgdVariantProvider() {}

    @Override
    public String id() {
        return "intel.igd";
    }

    @Override
    public List<VariantRule> rules() {
        return List.of(VariantRule.of(MatchRule.any()
                .with(MatchField.VENDOR, IntelGraphics.VENDOR)
                .with(MatchField.BASE_CLASS, IntelGraphics.DISPLAY)));
    }

    @Override
    public VariantNeeds wants() {
        return VariantNeeds.none().withRegion(IntelGraphics.HOST_BRIDGE).withRegion(IntelGraphics.LPC_BRIDGE);
    }

    @Override
    public Verdict probe(VariantView device) {
        if (device.info().capability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE).isPresent()) {
            return Verdict.decline("it is on IBM Z, where no firmware knows of Intel graphics");
        }
        boolean has = device.region(IntelGraphics.OP_REGION).isPresent();
        return has || device.options().containsKey(IgdOptions.OP_REGION)
                ? Verdict.accept()
                : Verdict.decline("it has no OpRegion, and " + IgdOptions.OP_REGION + "=FILE gives it none");
    }

    @Override
    public VfioDevice open(VfioDevice below, VariantContext context) {
        return IgdVariant.open(below, context);
    }
}
