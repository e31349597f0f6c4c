// SPDX-License-Identifier: Apache-2.0
/** Subcommands, their output on a terminal and as JSON, and their exit codes. */
package io.jvfio.cli;
