// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.JvfioDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/driver-guide.md quotes, on the model of edu. */
final class DriverGuideTest {
    @Test
    void liveness_inverts_what_is_written(@JvfioDevice("model:edu") PciDevice edu) {
        DriverGuide.readAndWrite(edu);
    }

    @Test
    void registers_have_names(@JvfioDevice("model:edu") PciDevice edu) {
        DriverGuide.nameRegisters(edu.bar(0).mmio());
    }

    @Test
    void memory_is_shared(@JvfioDevice("model:edu") PciDevice edu) {
        DriverGuide.shareMemory(edu, edu.bar(0).mmio());
    }

    @Test
    void interrupts_are_awaited(@JvfioDevice("model:edu") PciDevice edu) throws InterruptedException {
        DriverGuide.awaitInterrupt(edu);
    }

    @Test
    void loops_are_guarded(@JvfioDevice("model:edu") PciDevice edu) {
        List<Integer> posted = new ArrayList<>();
        DriverGuide.loop(edu, List.of(1, 2).iterator(), new DriverGuide.Ring() {
            @Override
            public void post(int work) {
                posted.add(work);
            }

            @Override
            public void ring() {
                posted.add(0);
            }
        });
        assertThat(posted).containsExactly(1, 0, 2, 0);
    }
}
