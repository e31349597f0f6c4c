// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The largest page, with the one of the interfaces that is quickest with it. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = AccessMode.class, names = "IOMMUFD")
@Tag(LabParts.NEEDS_IGB)
final class VfioDmaMappingGigabyteKernelIT extends DmaMappingFixture {

    @Test
    void a_page_of_a_gigabyte_is_one_entry_of_the_iommu() throws IOException {
        mapAndUnmap(Pages.ANONYMOUS_HUGETLB_1GB);
    }
}
