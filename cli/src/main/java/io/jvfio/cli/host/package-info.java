// SPDX-License-Identifier: Apache-2.0
/** The commands that look at the host and open nothing, and those for virtual functions. */
package io.jvfio.cli.host;
