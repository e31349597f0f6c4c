// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantChoice;
import io.jvfio.pci.PciDevice;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that opens one device. */
public abstract class DeviceCommand extends Subcommand {
    @Option(
            names = "--vf-token",
            paramLabel = "UUID",
            description = "The token of a virtual function whose physical function has set one.")
    private @Nullable UUID vfToken;

    @Mixin
    private final VariantOptions variant = new VariantOptions();

    /**
     * What to do with an open device.
     *
     * @param <R> what comes of it
     */
    @FunctionalInterface
    public interface Work<R> {
        /** Does it; the device is lent. */
        R on(PciDevice device) throws Exception;
    }

    /** Opens a device as the command line says, and closes it whatever happens. */
    public final <R> R with(DeviceLocator locator, Work<R> work) throws Exception {
        Interruption interruption = environment().interruption();
        try (PciDevice device = open(locator, options())) {
            interruption.opened(device);
            try {
                return work.on(device);
            } finally {
                interruption.closed(device);
            }
        }
    }

    /** How the command line says that devices are opened. */
    public final OpenOptions options() {
        OpenOptions options = OpenOptions.defaults()
                .withIommu(jvfio().iommu())
                .withVariant(variant.choice(usualVariant()))
                .withVariantPolicy(environment().variantPolicy());
        return vfToken == null ? options : options.withVfToken(vfToken);
    }

    /** What is put on the device if the command line does not say. */
    protected VariantChoice usualVariant() {
        return VariantChoice.auto();
    }

    private PciDevice open(DeviceLocator locator, OpenOptions options) {
        try {
            return environment().opener().open(locator.toString(), options, providers());
        } catch (VfioException e) {
            throw new OpenFailure(locator, e, environment().access(locator));
        }
    }
}
