// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.examples.Edu;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.IommuPageTable;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** DMA on the lab's edu. */
abstract class EduLabDmaContract extends EduDmaContract {
    private static final long HUGE_PAGE = 2 << 20;

    @Parameter
    AccessMode mode;

    @Override
    PciDevice open(LabSession session) {
        return session.open(mode, LabDevices.EDU);
    }

    @Test
    void huge_pages_lie_where_the_iommu_can_have_them_huge_too() throws IOException {
        enableDma();
        DmaOptions huge = DmaOptions.defaults().withPages(DmaOptions.Pages.HUGE_2M);
        try (DmaBuffer buffer = edu.dma().allocate(SIZE, huge)) {
            assertThat(buffer.pageSize()).isEqualTo(HUGE_PAGE);
            assertThat(buffer.iova() % HUGE_PAGE).isZero();
            transfer(buffer.iova(), Edu.INTERNAL_BUFFER, SIZE, 0);
            // The compatibility layer maps in small pages for type1, whose unmap may start anywhere.
            if (IommuPageTable.isReadable() && mode != AccessMode.COMPAT_TYPE1) {
                assertThat(IommuPageTable.pageSize(LabDevices.EDU, buffer.iova()))
                        .hasValue(HUGE_PAGE);
            }
        }
    }

    /** The kernel drops messages of faults when there were many, so the fault is repeated until it is seen. */
    @Override
    void assertFaultIsTold(long iova, Runnable fault) {
        Pattern line = Pattern.compile(LabFacts.fact("iommu.fault"));
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (true) {
            fault.run();
            String log = kernelLog();
            if (line.matcher(log).results().anyMatch(found -> isInPage(found.group(1), iova))) {
                return;
            }
            assertThat(System.nanoTime() - end)
                    .as(() -> line + " of this page is missed in " + log)
                    .isNegative();
        }
    }

    /** An IOMMU tells the address that it refused, which may be within the page. */
    private static boolean isInPage(String address, long iova) {
        return (Long.parseUnsignedLong(address, 16) ^ iova) < TestMemory.page();
    }

    private static String kernelLog() {
        try {
            Process dmesg =
                    new ProcessBuilder("dmesg").redirectErrorStream(true).start();
            dmesg.getOutputStream().close();
            try (InputStream output = dmesg.getInputStream()) {
                return new String(output.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
