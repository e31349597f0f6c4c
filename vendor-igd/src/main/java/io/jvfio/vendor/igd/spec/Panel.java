// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * One of the sixteen panels that a table describes (block 42).
 *
 * <p>Threads: immutable.
 *
 * @param name up to 13 characters; empty if the table has no names
 * @param id who made it
 * @param timing how it wants its picture; not {@link Timing#used} if nobody says
 */
public record Panel(String name, PanelId id, Timing timing) {}
