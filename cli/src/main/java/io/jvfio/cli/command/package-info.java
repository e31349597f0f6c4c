// SPDX-License-Identifier: Apache-2.0
/** What commands are made of: the options and the surroundings that all share, how they end, and how words are read. */
package io.jvfio.cli.command;
