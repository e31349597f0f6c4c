// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

/**
 * What a provider says of a device that its rules describe.
 *
 * <p>Threads: immutable.
 *
 * @param accepted whether it takes the device
 * @param reason why not; empty if it does
 */
public record Verdict(boolean accepted, String reason) {
    private static final Verdict ACCEPTED = new Verdict(true, "");

    /** Checks that a refusal has a reason. */
    public Verdict {
        if (accepted != reason.isEmpty()) {
            throw new IllegalArgumentException(
                    accepted ? "accepted because of " + reason : "declined without a reason");
        }
    }

    /** It takes the device. */
    public static Verdict accept() {
        return ACCEPTED;
    }

    /**
     * It does not.
     *
     * @param reason in words, not empty
     */
    public static Verdict decline(String reason) {
        return new Verdict(false, reason);
    }
}
