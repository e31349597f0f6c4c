// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import java.util.List;

/**
 * A vendor's extension of its devices: which they are, and what is put on them. Found by {@link java.util.ServiceLoader};
 * at most one drives a device, chosen by the rule that describes the device best, never by the order in which providers
 * are found.
 *
 * <p>Threads: thread-safe. Methods that tell what it is answer the same each time.
 */
public interface DeviceVariantProvider {

    /**
     * Its name, unique and stable, {@code acme.fpga}: up to 64 lower-case letters, digits, dots, hyphens and underscores,
     * but neither {@code auto} nor {@code none}. Two providers of one id are both out.
     */
    String id();

    /** Which devices it drives; any rule suffices, and the one that describes the device best counts. */
    List<VariantRule> rules();

    /** What it cannot do without; a device that lacks any of it is not its. */
    default VariantNeeds needs() {
        return VariantNeeds.none();
    }

    /** What it would rather have; a device that lacks any of it is its all the same, and the report tells. */
    default VariantNeeds wants() {
        return VariantNeeds.none();
    }

    /**
     * Looks at a device that its rules describe and that has what it needs. The device may not be changed, which the view
     * makes sure of. Called on the thread that opens the device; there is no deadline, but the view ends after {@link
     * VariantView#MOST_ACCESSES} accesses. Whatever is thrown leaves this provider out and is reported.
     *
     * @param device what there is to see, until the call returns
     */
    default Verdict probe(VariantView device) {
        return Verdict.accept();
    }

    /**
     * Puts the variant on a device. Must not wait for the device longer than opening may take, and leaves it as it found it
     * if it fails.
     *
     * @param below the device; closed by what is returned, or by the caller if this throws
     * @param context what the variant is given; ends with what is returned
     * @return a {@link VariantDevice}, as a rule
     */
    VfioDevice open(VfioDevice below, VariantContext context);
}
