// SPDX-License-Identifier: Apache-2.0
/** The {@code jvfio} command: lists its commands, runs them, and tells why one failed. */
package io.jvfio.cli;
