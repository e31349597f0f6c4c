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
 */
public record InterruptKinds(
        boolean pin, int msiVectors, @Nullable MsixLayout msix) {
    private static final int MOST_MSI = 32;

    /** Checks the number. */
    public InterruptKinds {
        if (msiVectors < 0 || msiVectors > MOST_MSI || Integer.bitCount(msiVectors) > 1) {
            throw new IllegalArgumentException(msiVectors + " MSI vectors are no power of two up to " + MOST_MSI);
        }
    }

    /** None: a device that is polled. */
    public static InterruptKinds none() {
        return new InterruptKinds(false, 0, null);
    }

    /** The same with an interrupt pin. */
    public InterruptKinds withPin() {
        return new InterruptKinds(true, msiVectors, msix);
    }

    /** The same with this many MSI vectors. */
    public InterruptKinds withMsi(int vectors) {
        return new InterruptKinds(pin, vectors, msix);
    }

    /** The same with MSI-X. */
    public InterruptKinds withMsix(MsixLayout layout) {
        return new InterruptKinds(pin, msiVectors, layout);
    }

    int msixVectors() {
        return msix == null ? 0 : msix.vectors();
    }
}
