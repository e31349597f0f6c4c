// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.IovaRange;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciRecovery;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a PCI function of IBM Z gives and how it fails: the NVMe controller, which has 200 vectors. */
@Tag(LabParts.NEEDS_ZPCI)
@Tag("quick")
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = AccessMode.class, mode = EnumSource.Mode.EXCLUDE, names = "NOIOMMU")
final class ZpciFunctionKernelIT {
    private static final int VECTORS_OF_THE_CONTROLLER = 200;
    private static final int VECTORS_OF_THE_MACHINE = 128;
    private static final int CONFIG_BYTES = 256;
    private static final int FUNCTION = 0x10;
    private static final int HANDLE = 0x80020000;
    private static final int TRANSLATION_PROTECTION = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** NVM Express Base Specification, 3.1. */
    private static final int CONFIGURATION = 0x14;

    private static final int STATUS = 0x1c;
    private static final int ADMIN_QUEUE_SIZES = 0x24;
    private static final int ADMIN_SUBMISSION_QUEUE = 0x28;
    private static final int ADMIN_COMPLETION_QUEUE = 0x30;
    private static final int ADMIN_DOORBELL = 0x1000;
    private static final int ENABLE_WITH_ENTRIES_OF_64_AND_16_BYTES = 0x460001;
    private static final int READY = 1;

    @Parameter
    AccessMode mode;

    private LabSession session;
    private PciDevice nvme;

    @BeforeEach
    void open() {
        session = new LabSession();
        nvme = session.open(mode, LabDevices.NVME);
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void there_are_fewer_vectors_than_the_controller_has() {
        assertThat(nvme.interrupts().available(InterruptType.MSIX)).isEqualTo(VECTORS_OF_THE_MACHINE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> nvme.interrupts().enable(InterruptType.MSIX, VECTORS_OF_THE_CONTROLLER));
        try (Interrupts most = nvme.interrupts().enableUpTo(InterruptType.MSIX, VECTORS_OF_THE_CONTROLLER)) {
            assertThat(most.vectors()).isEqualTo(VECTORS_OF_THE_MACHINE);
            most.trigger(VECTORS_OF_THE_MACHINE - 1);
            assertThat(most.poll(VECTORS_OF_THE_MACHINE - 1)).isEqualTo(1);
        }
    }

    @Test
    void the_capabilities_are_those_of_the_machine() {
        Zpci zpci = nvme.as(Zpci.class).orElseThrow();
        ZpciCapabilities shown = zpci.capabilities();
        assertThat(shown.base().aperture()).isEqualTo(LabFacts.range("iommu.aperture"));
        assertThat(shown.base().fh()).isEqualTo(HANDLE);
        assertThat(shown.group().noi()).isEqualTo(VECTORS_OF_THE_MACHINE);
        assertThat(zpci.host())
                .hasValueSatisfying(host -> assertThat(host.functionId()).isEqualTo(FUNCTION));
        assertThat(zpci.recordsErrors()).isTrue();
        assertThat(zpci.signalsErrors()).isTrue();
    }

    @Test
    void there_is_no_intx_and_config_space_is_short() {
        assertThat(nvme.interrupts().available(InterruptType.INTX)).isZero();
        assertThat(nvme.config().size()).isEqualTo(CONFIG_BYTES);
    }

    @Test
    void dma_to_an_address_that_is_not_mapped_is_an_error_that_a_reset_ends() throws Exception {
        Semaphore told = new Semaphore(0);
        nvme.onError(device -> told.release());
        IovaRange aperture = LabFacts.range("iommu.aperture");
        nvme.enableBusMaster();
        Mmio registers = nvme.bar(0).mmio();
        registers.write32(ADMIN_QUEUE_SIZES, 0x1f_001f);
        registers.write64(ADMIN_SUBMISSION_QUEUE, aperture.start());
        registers.write64(ADMIN_COMPLETION_QUEUE, aperture.start() + 0x10000);
        registers.write32(CONFIGURATION, ENABLE_WITH_ENTRIES_OF_64_AND_16_BYTES);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while ((registers.read32(STATUS) & READY) == 0) {
            assertThat(System.nanoTime() - end).as("not ready").isNegative();
        }

        registers.write32(ADMIN_DOORBELL, 1);

        assertThat(told.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        ZpciRecovery recovery = ZpciRecovery.run(nvme);
        assertThat(nvme.state()).isEqualTo(DeviceState.OPEN);
        assertThat(nvme.as(Zpci.class).orElseThrow().events())
                .containsAll(recovery.events())
                .anySatisfy(event -> {
                    assertThat(event.record().pec()).isEqualTo(TRANSLATION_PROTECTION);
                    assertThat(event.record().fid()).isEqualTo(FUNCTION);
                    assertThat(event.text()).contains("code 0x4", "function 0x10");
                });
        try (NvmeController controller = NvmeController.open(nvme)) {
            assertThat(controller.namespaces()).isNotEmpty();
        }
    }
}
