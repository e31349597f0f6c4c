// SPDX-License-Identifier: Apache-2.0

/**
 * The words of zPCI: the capabilities that VFIO shows of a function, and the record of an error event. What is read here
 * can be written here too.
 *
 * <p>Capabilities have the byte order of the machine that made them, error records are big-endian. What is read may come
 * from a peer and is not trusted: it gives a value or a {@link io.jvfio.platform.zpci.spec.MalformedZpciException},
 * nothing else. A version that is newer than those known here is read as the newest known.
 *
 * <p>Facts are those of Linux 7.3: {@code include/uapi/linux/vfio_zdev.h}, {@code drivers/vfio/pci/vfio_pci_zdev.c} and
 * {@code arch/s390/pci}.
 */
package io.jvfio.platform.zpci.spec;
