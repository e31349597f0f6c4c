// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.iommu.AddressSpace;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How to open a device.
 *
 * <p>Threads: immutable.
 *
 * @param addressSpace the space to join, or null for a private one
 * @param iommu which kind of address space a kernel device gets
 * @param vfToken the token of an SR-IOV function whose PF asks for one, or null
 * @param resetOnOpen whether the device must have been reset before anybody uses it
 * @param variant what is put on the device
 * @param variantPolicy what the site has laid down about that
 */
public record OpenOptions(
        @Nullable AddressSpace addressSpace,
        IommuChoice iommu,
        @Nullable UUID vfToken,
        ResetOnOpen resetOnOpen,
        VariantChoice variant,
        VariantPolicy variantPolicy) {
    private static final OpenOptions DEFAULTS = new OpenOptions(
            null, IommuChoice.AUTO, null, ResetOnOpen.AUTO, VariantChoice.auto(), VariantPolicy.empty());

    /** Refuses null. */
    public OpenOptions {
        Objects.requireNonNull(iommu, "iommu");
        Objects.requireNonNull(resetOnOpen, "resetOnOpen");
        Objects.requireNonNull(variant, "variant");
        Objects.requireNonNull(variantPolicy, "variantPolicy");
    }

    /**
     * What a device may still have of the one who used it before: a virtual function above all is handed from user to user.
     * vfio-pci resets a function when the first user opens it and when the last closes it, if the kernel knows a way
     * ({@code reset_method} in sysfs), and says nothing if not. Threads: immutable.
     */
    public enum ResetOnOpen {
        /** What the carrier does is enough; a virtual function that was not reset is told in the log. */
        AUTO,
        /** The device is reset, once more where the carrier has done it; opening fails if it cannot be. */
        REQUIRED
    }

    /** The kinds of IOMMU interface that Linux has. */
    public enum IommuChoice {
        /** iommufd where this process can use it, else group and container; the reason can be read. */
        AUTO,
        /** Container with {@code VFIO_TYPE1_IOMMU}. */
        TYPE1,
        /** Container with {@code VFIO_TYPE1v2_IOMMU}. */
        TYPE1V2,
        /** {@code VFIO_TYPE1_IOMMU} through iommufd's compatibility layer. */
        COMPAT_TYPE1,
        /** {@code VFIO_TYPE1v2_IOMMU} through iommufd's compatibility layer. */
        COMPAT_TYPE1V2,
        /** Character device and iommufd. */
        IOMMUFD
    }

    /** A private address space of the best kind, and the variant that describes the device best. */
    public static OpenOptions defaults() {
        return DEFAULTS;
    }

    /** The same in a space that exists. */
    public OpenOptions withAddressSpace(AddressSpace space) {
        Objects.requireNonNull(space, "space");
        return new OpenOptions(space, iommu, vfToken, resetOnOpen, variant, variantPolicy);
    }

    /** The same with this kind of IOMMU interface. */
    public OpenOptions withIommu(IommuChoice choice) {
        return new OpenOptions(addressSpace, choice, vfToken, resetOnOpen, variant, variantPolicy);
    }

    /** The same with a VF token. It is used only where the device asks for one. */
    public OpenOptions withVfToken(UUID token) {
        Objects.requireNonNull(token, "token");
        return new OpenOptions(addressSpace, iommu, token, resetOnOpen, variant, variantPolicy);
    }

    /** The same with this demand. */
    public OpenOptions withResetOnOpen(ResetOnOpen demand) {
        return new OpenOptions(addressSpace, iommu, vfToken, demand, variant, variantPolicy);
    }

    /** The same with this on the device. */
    public OpenOptions withVariant(VariantChoice choice) {
        return new OpenOptions(addressSpace, iommu, vfToken, resetOnOpen, choice, variantPolicy);
    }

    /** The same where this is laid down. */
    public OpenOptions withVariantPolicy(VariantPolicy policy) {
        return new OpenOptions(addressSpace, iommu, vfToken, resetOnOpen, variant, policy);
    }
}
