// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.Objects;

/**
 * An option of a kind of model.
 *
 * <p>Threads: immutable.
 *
 * @param key what locators call it
 * @param standard its value when a locator does not give it, as a locator would; may be empty
 * @param summary what it does, in one line for people
 */
public record ModelOption(String key, String standard, String summary) {
    /** Refuses null. */
    public ModelOption {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(standard, "standard");
        Objects.requireNonNull(summary, "summary");
    }
}
