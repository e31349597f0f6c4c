// SPDX-License-Identifier: Apache-2.0
/** How results are written: tables and the like for people, JSON for programs. Knows no command. */
package io.jvfio.cli.out;
