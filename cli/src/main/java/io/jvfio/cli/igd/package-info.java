// SPDX-License-Identifier: Apache-2.0

/** {@code jvfio igd}: what firmware tells of Intel graphics. */
package io.jvfio.cli.igd;
