// SPDX-License-Identifier: Apache-2.0
/** Measurements as pages: one file each, which asks for nothing from anywhere. Knows no command. */
package io.jvfio.cli.page;
