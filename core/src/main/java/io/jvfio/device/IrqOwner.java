// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.Objects;

/**
 * Who asks for interrupts of a device: a driver, a server's client, a vendor's extension. The lowest device keeps who has
 * INTx, MSI or MSI-X, from the first eventfd that he assigns until he disables the index; nobody else changes it meanwhile.
 *
 * <p>Each object is an owner of its own; the word is for errors.
 *
 * <p>Threads: immutable.
 */
public final class IrqOwner {
    /** Whoever does not say who he is; all who do not are one. */
    public static final IrqOwner UNNAMED = new IrqOwner("a caller without a name");

    private final String word;

    private IrqOwner(String word) {
        this.word = word;
    }

    /**
     * A new owner.
     *
     * @param word what errors call him: "the driver of 0000:01:00.0"
     */
    public static IrqOwner of(String word) {
        return new IrqOwner(Objects.requireNonNull(word, "word"));
    }

    /** The word. */
    @Override
    public String toString() {
        return word;
    }
}
