// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A device that can be reset together with all others in its slot or on its bus: the reset of last resort, which needs no
 * function's co-operation ({@code VFIO_DEVICE_PCI_HOT_RESET}). Whoever resets must own all of them, and shows it: by the
 * descriptors of their groups, or because all are open in one iommufd.
 *
 * <p>This is the carrier's side; users plan a hot reset with {@code HotResetPlan}, which names who is in the way before
 * anything happens.
 *
 * <p>Threads: thread-safe.
 */
public interface HotReset {

    /**
     * The hot reset of a device.
     *
     * @param name what errors call the device
     * @throws VfioException with ENOTTY if its carrier has none
     */
    static HotReset of(VfioDevice device, String name) {
        Objects.requireNonNull(name, "name");
        return device.ability(HotReset.class)
                .orElseThrow(() -> new VfioException(
                        "VFIO_DEVICE_PCI_HOT_RESET",
                        Errno.ENOTTY,
                        name,
                        "its carrier has no hot reset: reset the function"));
    }

    /** Which function this is, as far as it is known. */
    Optional<PciAddress> self();

    /** The lowest device's own: who wraps a device wraps its hot reset too, and the carrier resets what is its own. */
    HotReset carrier();

    /**
     * The functions that it would reset, the device itself among them. Blocks.
     *
     * @throws VfioException with ENODEV if neither the slot nor the bus can be reset, with EPERM if a function is in no
     *     group
     */
    List<HotResetFunction> functions();

    /** The number of the group through which the device is open; -1 if it is open by its own node. */
    int group();

    /** Told before the reset, from the top of a device down; whoever keeps state of the device brings it to rest. */
    default void before() {}

    /**
     * Told after the reset, or after it has failed; called for each that was told before.
     *
     * @param done whether the device was reset
     */
    default void after(boolean done) {}

    /**
     * Resets, called for the {@link #carrier} alone, after all have been told. Before that bus mastering is switched off in this device and the others, so that it is off afterwards. What
     * {@link VfioDevice#reset} says of the state afterwards holds for each function. Blocks, a second or more.
     *
     * @param others what this process owns besides and has open, of the same carrier
     * @throws IllegalArgumentException if one of them is of another carrier
     * @throws VfioException if the carrier refuses
     */
    void reset(Collection<? extends HotReset> others);
}
