// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import org.jspecify.annotations.Nullable;

/**
 * How a model can interrupt.
 *
 * <p>Threads: immutable.
 *
 * @param pin whether it has an interrupt pin (INTx)
 * @param msiVectors how many MSI vectors it has: 0, or a power of two up to 32
 * @param msix where its MSI-X table is, or null if it has none
 * @param available how many messages can be had at once, 1 or more: a client that asks for more is told the number
 * @param resizable whether vectors may be added while messages are on
 */
public record InterruptKinds(
        boolean pin, int msiVectors, @Nullable MsixLayout msix, int available, boolean resizable) {
    private static final int MOST_MSI = 32;

    /** Checks the numbers. */
    public InterruptKinds {
        if (available < 1) {
            throw new IllegalArgumentException(available + " messages are too few to be had");
        }
        if (msiVectors < 0 || msiVectors > MOST_MSI || Integer.bitCount(msiVectors) > 1) {
            throw new IllegalArgumentException(msiVectors + " MSI vectors are no power of two up to " + MOST_MSI);
        }
    }

    /** None: a device that is polled. */
    public static InterruptKinds none() {
        return new InterruptKinds(false, 0, null, Integer.MAX_VALUE, true);
    }

    /** The same with an interrupt pin. */
    public InterruptKinds withPin() {
        return new InterruptKinds(true, msiVectors, msix, available, resizable);
    }

    /** The same without an interrupt pin. */
    public InterruptKinds withoutPin() {
        return new InterruptKinds(false, msiVectors, msix, available, resizable);
    }

    /** The same with this many MSI vectors. */
    public InterruptKinds withMsi(int vectors) {
        return new InterruptKinds(pin, vectors, msix, available, resizable);
    }

    /** The same with MSI-X. */
    public InterruptKinds withMsix(MsixLayout layout) {
        return new InterruptKinds(pin, msiVectors, layout, available, resizable);
    }

    /** The same on a system that has fewer messages to give than the function has vectors. */
    public InterruptKinds withAvailable(int messages) {
        return new InterruptKinds(pin, msiVectors, msix, messages, resizable);
    }

    /** The same as with a kernel that adds no vectors while messages are on ({@code VFIO_IRQ_INFO_NORESIZE}). */
    public InterruptKinds withoutResize() {
        return new InterruptKinds(pin, msiVectors, msix, available, false);
    }

    int msixVectors() {
        return msix == null ? 0 : msix.vectors();
    }
}
