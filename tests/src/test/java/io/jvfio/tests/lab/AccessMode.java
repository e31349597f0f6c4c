// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;

/**
 * The ways in which Linux lets a process have a device; the kernel's own VFIO tests call them IOMMU modes. A test that is
 * parameterized with it has its mode in the lab's summary: {@link #toString} is the word for it, so the name of the
 * invocation is {@code [mode={0}]}.
 */
public enum AccessMode {
    /** Group and container, {@code VFIO_TYPE1_IOMMU}. */
    TYPE1("type1", "", IommuChoice.TYPE1),

    /** Group and container, {@code VFIO_TYPE1v2_IOMMU}. */
    TYPE1V2("type1v2", "", IommuChoice.TYPE1V2),

    /** As {@link #TYPE1} through iommufd's compatibility layer. */
    COMPAT_TYPE1("compat-type1", "", IommuChoice.COMPAT_TYPE1),

    /** As {@link #TYPE1V2} through iommufd's compatibility layer. */
    COMPAT_TYPE1V2("compat-type1v2", "", IommuChoice.COMPAT_TYPE1V2),

    /** Character device and iommufd. */
    IOMMUFD("iommufd", "", IommuChoice.IOMMUFD),

    /** Without an IOMMU, for {@link LabDevices#NO_IOMMU} alone. */
    NOIOMMU("noiommu", "noiommu:", IommuChoice.AUTO);

    private final String word;
    private final String scheme;
    private final IommuChoice choice;

    AccessMode(String word, String scheme, IommuChoice choice) {
        this.word = word;
        this.scheme = scheme;
        this.choice = choice;
    }

    /** The device at a PCI address, opened in this way. */
    public DeviceLocator locator(String address) {
        return DeviceLocator.parse(scheme + address);
    }

    /** The options that go with the locator; the address space is private. */
    public OpenOptions options() {
        return OpenOptions.defaults().withIommu(choice);
    }

    /** Whether the device is opened by its own node. */
    public boolean isCdev() {
        return choice == IommuChoice.IOMMUFD;
    }

    /** Whether iommufd keeps the maps, in its own way or as a container. */
    public boolean usesIommufd() {
        return isCdev() || this == COMPAT_TYPE1 || this == COMPAT_TYPE1V2;
    }

    /** The word that the lab's summary knows. */
    @Override
    public String toString() {
        return word;
    }
}
