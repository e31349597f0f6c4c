// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

/** A mapping as events tell of it. Threads: immutable. */
public record MappingFacts(long iova, long length, String access, String label) {}
