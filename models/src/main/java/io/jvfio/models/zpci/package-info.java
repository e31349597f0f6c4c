// SPDX-License-Identifier: Apache-2.0
/** What IBM Z makes of a PCI function under VFIO, around any model. */
package io.jvfio.models.zpci;
