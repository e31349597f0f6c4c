// SPDX-License-Identifier: Apache-2.0

/**
 * The words of NVM Express, for both sides of the interface: registers, commands, completions, structures and codes. A
 * driver fills what a controller model takes apart, and the other way round.
 *
 * <p>Sections are those of the NVM Express Base Specification 1.4. Numbers of the specification that are 0's based (0
 * means 1) are so here too, unless a method says otherwise.
 */
package io.jvfio.driver.nvme.spec;
