// SPDX-License-Identifier: Apache-2.0
/**
 * What a carrier, which is a way to open devices, or a layer on top of one is built from. Who writes a driver or opens
 * devices needs nothing of it.
 */
package io.jvfio.carrier;
