// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.tests.lab.LabDevices;

/** The two ways in which Linux lets the device without an IOMMU be opened. */
enum NoIommuMode {
    /** Group and container. */
    GROUP("noiommu", IommuChoice.TYPE1),
    /** Character device and iommufd, from Linux 7.3 on. */
    CDEV("noiommu-cdev", IommuChoice.IOMMUFD);

    private final String word;
    private final IommuChoice choice;

    NoIommuMode(String word, IommuChoice choice) {
        this.word = word;
        this.choice = choice;
    }

    DeviceLocator locator() {
        return DeviceLocator.parse("noiommu:" + LabDevices.NO_IOMMU);
    }

    OpenOptions options() {
        return OpenOptions.defaults().withIommu(choice);
    }

    /** The word in the lab's summary. */
    @Override
    public String toString() {
        return word;
    }
}
