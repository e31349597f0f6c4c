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
    public static final IrqOwner UNNAMED = IrqOwner.of("a caller without a name");

    private final String word;
    private final Runnable onHeldUp;

    private IrqOwner(String word, Runnable onHeldUp) {
        this.word = Objects.requireNonNull(word, "word");
        this.onHeldUp = Objects.requireNonNull(onHeldUp, "onHeldUp");
    }

    /**
     * A new owner.
     *
     * @param word what errors call him: "the driver of 0000:01:00.0"
     */
    public static IrqOwner of(String word) {
        return of(word, () -> {});
    }

    /**
     * A new owner who asks on behalf of another process, which has the eventfds too and may mean harm.
     *
     * @param word what errors call him
     * @param onHeldUp ends that process's use of the device; must not wait, and may run on any thread
     */
    public static IrqOwner of(String word, Runnable onHeldUp) {
        return new IrqOwner(word, onHeldUp);
    }

    /**
     * One of his eventfds has held up the device that signalled it: for carriers that signal eventfds themselves. Whoever
     * shares it with him is ended. Does not wait.
     */
    public void heldUp() {
        onHeldUp.run();
    }

    /** The word. */
    @Override
    public String toString() {
        return word;
    }
}
