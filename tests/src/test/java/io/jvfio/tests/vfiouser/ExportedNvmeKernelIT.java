// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.nvme.NvmeFixture;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * QEMU's controller through two hops for a client that is trusted, and so maps the registers of the device itself,
 * where they are memory of the processor: {@link ExportedNvmeContractKernelIT} is about one that is not.
 */
final class ExportedNvmeKernelIT extends NvmeFixture {
    private static final int SIZE = 2 << 20;

    @RegisterExtension
    static final ServedProcess SERVED = new ServedProcess("export", LabDevices.NVME, "--trust-client");

    @Override
    protected PciDevice openDevice() {
        return SERVED.open(closing(Vfio.create()));
    }

    @Test
    void a_trusted_client_maps_registers_that_are_memory_and_reads_what_it_wrote() {
        assertThat(device().device().region(0).mmapAreas().isEmpty()).isEqualTo(LabFacts.lacks("windows"));
        Namespace namespace = controller().namespaces().getFirst();
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment back = arena.allocate(SIZE);
            namespace.write(8, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
            namespace.flush();
            namespace.read(8, back);
            assertThat(back.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }
}
