// SPDX-License-Identifier: Apache-2.0
/** Config space of a PCI function, and the parts of the framework that know PCI. */
package io.jvfio.pci;
