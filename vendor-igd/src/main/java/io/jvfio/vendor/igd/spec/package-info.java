// SPDX-License-Identifier: Apache-2.0

/**
 * The words of Intel graphics that VFIO meets: the OpRegion and its mailboxes, the video BIOS table (VBT) with the BIOS
 * data block (BDB) inside, and the registers in config space that say where memory was stolen. What is read here can be
 * written here too.
 *
 * <p>All numbers are little-endian on every host. What is read comes from firmware, from files or from a peer and is not
 * trusted: whatever the bytes are, decoding ends after a number of steps that their count bounds, and gives a value or an
 * {@link io.jvfio.vendor.igd.spec.MalformedIgdException}, nothing else.
 *
 * <p>Facts are those of Linux 7.3: {@code drivers/vfio/pci/vfio_pci_igd.c}, and {@code intel_opregion.c}, {@code
 * intel_vbt_defs.h} and {@code intel_bios.c} in {@code drivers/gpu/drm/i915/display}.
 */
package io.jvfio.vendor.igd.spec;
