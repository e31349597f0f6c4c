// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VariantChoice;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.iommu.IovaRange;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciEvent;
import io.jvfio.platform.zpci.ZpciRecovery;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.tests.vfiouser.ServedModel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The platform's layer on simulated functions. */
@Timeout(60)
final class StackTest {
    private static final long START = 0x1_0000_0000L;
    private static final int ONES = -1;
    private static final long CONFIGURATION = 0x14;
    private static final long STATUS = 0x1c;
    private static final long QUEUE_SIZES = 0x24;
    private static final long SUBMISSIONS = 0x28;
    private static final long COMPLETIONS = 0x30;
    private static final long DOORBELL = 0x1000;

    /** Served as the command does, with nothing on top. */
    @RegisterExtension
    static final ServedModel SERVED =
            new ServedModel(Functions.NVME, OpenOptions.defaults().withVariant(VariantChoice.none()));

    private final Vfio vfio = Vfio.create();

    @AfterEach
    void close() {
        vfio.close();
    }

    private PciDevice open(String locator) {
        return vfio.openPci(DeviceLocator.parse(locator), OpenOptions.defaults());
    }

    private static Zpci zpci(PciDevice device) {
        return device.as(Zpci.class).orElseThrow();
    }

    /** Has an NVMe controller fetch its first command from an address. */
    private static void fetch(Mmio registers, long address) {
        registers.write32(QUEUE_SIZES, 0x1f_001f);
        registers.write64(SUBMISSIONS, address);
        registers.write64(COMPLETIONS, address + 0x1000);
        registers.write32(CONFIGURATION, 0x46_0001);
        while ((registers.read32(STATUS) & 1) == 0) {
            LockSupport.parkNanos(1_000_000);
        }
        registers.write32(DOORBELL, 1);
    }

    @Test
    void an_error_is_told_explained_and_survived_with_another_handle() throws InterruptedException {
        try (PciDevice device = open(Functions.NVME)) {
            Zpci zpci = zpci(device);
            BlockingQueue<ZpciEvent> told = new LinkedBlockingQueue<>();
            zpci.onEvent(told::add);
            device.enableBusMaster();
            Mmio registers = device.bar(0).mmio();
            int handle = zpci.capabilities().base().fh();

            fetch(registers, START + 0x5000);

            ZpciEvent event = told.take();
            assertThat(event.record().pec()).isEqualTo(ErrorCode.TRANSLATION_PROTECTION);
            assertThat(event.record().faddr()).isEqualTo(START + 0x5000);
            assertThat(event.record().fh()).isEqualTo(handle);
            assertThat(event.address()).isInstanceOf(IovaExplanation.class);
            assertThat(event.text()).contains("translation protection", "0x100005000");
            assertThat(registers.read32(STATUS)).isEqualTo(ONES);

            ZpciRecovery recovery = ZpciRecovery.run(device);
            assertThat(recovery.handleBefore()).isEqualTo(handle);
            assertThat(recovery.handleAfter()).isEqualTo(handle + 0x100_0000);
            assertThat(registers.read32(STATUS)).isZero();
        }
    }

    @Test
    void what_ERR_does_not_tell_waits_until_it_is_asked_for() {
        try (PciDevice device = open("model:zpci?of=edu&faults=error:read:from=1:code=5")) {
            Zpci zpci = zpci(device);
            assertThat(zpci.signalsErrors()).isFalse();
            Mmio registers = device.bar(0).mmio();
            for (int i = 0; i < 6; i++) {
                assertThat(registers.read32(0)).isEqualTo(ONES);
            }
            assertThat(zpci.drain())
                    .hasSize(4)
                    .allMatch(
                            event -> event.record().pec() == 5 && event.record().fid() == 0x10);
        }
    }

    @Test
    void a_function_that_has_failed_for_good_is_not_brought_back() {
        try (PciDevice device = open("model:zpci?of=edu&faults=error:read:nth=1:code=0x3b")) {
            assertThat(device.bar(0).mmio().read32(0)).isEqualTo(ONES);
            assertThatThrownBy(() -> ZpciRecovery.run(device))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
            assertThat(zpci(device).failedForGood()).isTrue();
        }
    }

    @Test
    void older_kernels_have_no_records_and_some_show_no_function() {
        try (PciDevice device = open("model:zpci?of=nvme&zpci.base=2")) {
            assertThat(zpci(device).recordsErrors()).isFalse();
        }
        try (PciDevice device = open("model:zpci?of=nvme&zpci.base=0")) {
            assertThat(device.as(Zpci.class)).isEmpty();
        }
    }

    @Test
    void vectors_are_those_that_can_be_had_and_memory_is_in_the_aperture() {
        try (PciDevice device = open("model:zpci?of=nvme&zpci.noi=3&zpci.aperture=64MiB");
                Interrupts interrupts = device.interrupts().enableUpTo(InterruptType.MSIX, 17);
                DmaBuffer buffer = device.dma().allocate(4096)) {
            assertThat(interrupts.vectors()).isEqualTo(3);
            assertThat(new IovaRange(START, START + (64 << 20) - 1).contains(buffer.iova()))
                    .isTrue();
        }
    }

    @Test
    void the_layer_lies_below_the_vendors_variant() {
        try (PciDevice device = open("model:zpci?of=mlx5")) {
            assertThat(Storeys.of(device.device()).ids()).isEqualTo(List.of("zpci", "mlx.cx-pf"));
        }
    }

    /** A client knows the aperture by what the function says of itself. */
    @Test
    void a_client_behind_a_socket_keeps_to_the_aperture() throws InterruptedException {
        try (PciDevice device = vfio.openPci(SERVED.locator(), OpenOptions.defaults());
                DmaBuffer buffer = device.dma().allocate(4096)) {
            assertThat(buffer.iova()).isGreaterThanOrEqualTo(START);
            assertThat(zpci(device).recordsErrors()).isFalse();
            BlockingQueue<PciDevice> told = new LinkedBlockingQueue<>();
            device.onError(told::add);
            device.enableBusMaster();
            Mmio registers = device.bar(0).mmio();
            fetch(registers, buffer.iova() + 0x10_0000);
            assertThat(told.poll(20, TimeUnit.SECONDS)).isSameAs(device);
            device.reset();
            assertThat(registers.read32(STATUS)).isZero();
        }
    }
}
