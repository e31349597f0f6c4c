// SPDX-License-Identifier: Apache-2.0
/**
 * Which kernel driver a PCI function should have for VFIO, why, whether it may be taken from what uses it now, and the
 * change itself with its way back.
 *
 * <p>A change has its functions locked, against threads, class loaders and processes alike, from the first question on whose
 * answer decides what is done until nothing is left to do; journals are read and written with the lock. A plan is made
 * before, and refused then if it no longer fits. Whether something is unfinished is what the journal says with the lock.
 */
package io.jvfio.binding;
