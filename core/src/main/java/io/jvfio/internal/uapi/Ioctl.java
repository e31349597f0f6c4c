// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_TYPE;
import static io.jvfio.internal.uapi.VfioApi.VFIO_BASE;
import static io.jvfio.internal.uapi.VfioApi.VFIO_TYPE;

/**
 * An ioctl of VFIO or iommufd: {@code _IO(type, nr)}, with neither direction nor size in the number.
 *
 * <p>Numbers repeat ({@code VFIO_DEVICE_GET_PCI_HOT_RESET_INFO} is {@code VFIO_IOMMU_GET_INFO} on another descriptor),
 * so the name travels with the number and is what an error message shows.
 *
 * <p>Threads: immutable.
 *
 * @param name the header's name, such as {@code VFIO_DEVICE_GET_INFO}
 * @param number the type character in bits 15 to 8, the command in bits 7 to 0; without the direction bits
 */
public record Ioctl(String name, int number) {

    /**
     * Returns an ioctl of {@code include/uapi/linux/vfio.h}.
     *
     * @param name the header's name
     * @param offset the command's distance from {@code VFIO_BASE}
     */
    static Ioctl vfio(String name, int offset) {
        return new Ioctl(name, VFIO_TYPE << 8 | VFIO_BASE + offset);
    }

    /**
     * Returns an ioctl of {@code include/uapi/linux/iommufd.h}.
     *
     * @param name the header's name
     * @param command its {@code IOMMUFD_CMD_} enumerator
     */
    static Ioctl iommufd(String name, int command) {
        return new Ioctl(name, IOMMUFD_TYPE << 8 | command);
    }

    /**
     * Returns the request to give to {@code ioctl(2)} on the architecture this JVM runs on.
     *
     * @throws UnsupportedOperationException on an architecture whose encoding is not known
     */
    public long request() {
        return request(IoctlEncoding.current());
    }

    /** Returns the request to give to {@code ioctl(2)} under {@code encoding}. */
    long request(IoctlEncoding encoding) {
        return encoding.none() | number;
    }
}
