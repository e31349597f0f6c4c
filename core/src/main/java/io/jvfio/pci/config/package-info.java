// SPDX-License-Identifier: Apache-2.0
/**
 * What is in a function's config space: registers and capabilities, taken apart by tables. It works on any bytes, from a
 * device, from sysfs or from a text dump, and trusts none of them.
 */
package io.jvfio.pci.config;
