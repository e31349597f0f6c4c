// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.ListenerRegistration;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciEvent;
import io.jvfio.platform.zpci.ZpciRecovery;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.MalformedZpciException;
import io.jvfio.tests.docs.ZpciGuide;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of an error of a function. */
@Timeout(60)
class ErrorEventTest {
    private final Vfio vfio = Vfio.create();
    private final List<AutoCloseable> closing = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing.reversed()) {
            each.close();
        }
        vfio.close();
    }

    private PciDevice open(ZpciFunction function) {
        PciDevice device = vfio.pci(vfio.stack(function, OpenOptions.defaults()).device(), "a function");
        closing.add(device);
        return device;
    }

    private static Zpci zpci(PciDevice device) {
        return device.as(Zpci.class).orElseThrow();
    }

    @Test
    void an_error_is_told_explained_and_survived() throws InterruptedException {
        ZpciFunction function = ZpciFunction.of("mlx5");
        PciDevice device = open(function);
        Zpci zpci = zpci(device);
        BlockingQueue<ZpciEvent> told = new LinkedBlockingQueue<>();
        BlockingQueue<List<ZpciEvent>> whenTheDriverWasTold = new LinkedBlockingQueue<>();
        zpci.onEvent(told::add);
        device.onError(failing -> whenTheDriverWasTold.add(zpci.events()));
        DmaBuffer buffer = device.dma().allocate(0x1000);
        long address = buffer.iova();
        buffer.close();

        function.fail(ErrorCode.TRANSLATION_PROTECTION, address + 0x10);

        ZpciEvent event = told.take();
        assertThat(whenTheDriverWasTold.take()).containsExactly(event);
        assertThat(event.record()).isEqualTo(ZpciFunction.record(ErrorCode.TRANSLATION_PROTECTION, address + 0x10));
        assertThat(event.address()).isInstanceOf(IovaExplanation.Ended.class);
        assertThat(event.text())
                .startsWith("translation protection (code 0x4) of function 0x10: 0x80")
                .contains("was");
        assertThat(event.remedy()).isEqualTo("reset the function");
        assertThat(event.permanent()).isFalse();

        ZpciRecovery recovery = ZpciRecovery.run(device);
        assertThat(recovery.events()).isEmpty();
        assertThat(recovery.handleBefore()).isEqualTo(ZpciFunction.HANDLE);
        assertThat(recovery.handleAfter()).isEqualTo(ZpciFunction.HANDLE + (1 << 24));
        assertThat(device.state()).isEqualTo(DeviceState.OPEN);
        assertThat(zpci.failedForGood()).isFalse();
    }

    @Test
    void a_driver_survives_as_the_guide_has_it() throws InterruptedException {
        ZpciFunction function = ZpciFunction.of("nvme");
        PciDevice device = open(function);
        BlockingQueue<ZpciEvent> told = new LinkedBlockingQueue<>();
        BlockingQueue<ZpciRecovery> started = new LinkedBlockingQueue<>();
        ZpciGuide.survive(device, told::add, started::add);
        for (int i = 0; i < 3; i++) {
            function.fail(ErrorCode.TRANSLATION_PROTECTION, i);
            assertThat(told.take().record().faddr()).isEqualTo(i);
            assertThat(started.take().handleAfter()).isEqualTo(ZpciFunction.HANDLE + (i + 1 << 24));
        }
    }

    @Test
    void an_address_that_was_never_mapped_is_called_so() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        PciDevice device = open(function);
        function.fail(ErrorCode.TRANSLATION_PROTECTION, 0x1234_5000);
        function.fail(0x0a, 0x1234_5000);
        function.fail(0x3a, 0);
        assertThat(zpci(device).drain())
                .extracting(ZpciEvent::text)
                .satisfiesExactly(
                        first -> assertThat(first).contains("0x12345000").contains("never"),
                        second ->
                                assertThat(second).isEqualTo("invalid MSI (code 0xa) of function 0x10: at 0x12345000"),
                        third -> assertThat(third).isEqualTo("service action needed (code 0x3a) of function 0x10"));
    }

    @Test
    void a_function_without_ERR_keeps_its_records_until_somebody_asks() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        Zpci zpci = zpci(open(function));
        assertThat(zpci.signalsErrors()).isFalse();
        assertThat(zpci.recordsErrors()).isTrue();
        for (int i = 0; i < 4; i++) {
            function.fail(ErrorCode.TRANSLATION_PROTECTION, i);
        }
        assertThat(zpci.events()).isEmpty();
        assertThat(zpci.drain()).extracting(event -> event.record().faddr()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(zpci.drain()).isEmpty();
        assertThat(zpci.events()).hasSize(4);
    }

    @Test
    void a_kernel_without_records_tells_ERR_alone() throws InterruptedException {
        ZpciFunction function = ZpciFunction.of("nvme", false, true);
        PciDevice device = open(function);
        CountDownLatch told = new CountDownLatch(1);
        device.onError(failing -> told.countDown());
        function.fail(ErrorCode.TRANSLATION_PROTECTION, 0);
        assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(zpci(device).recordsErrors()).isFalse();
        assertThat(zpci(device).drain()).isEmpty();
        assertThat(function.records).hasSize(1);
    }

    @Test
    void a_function_that_failed_for_good_is_not_reset() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        PciDevice device = open(function);
        function.fail(ErrorCode.PERMANENT, 0);
        assertThatThrownBy(() -> ZpciRecovery.run(device)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.errno()).isEqualTo(Errno.EIO);
            assertThat(e.hint()).contains("for good", "recover");
        });
        assertThat(zpci(device).failedForGood()).isTrue();
        assertThat(zpci(device).events()).singleElement().matches(ZpciEvent::permanent);
        assertThat(zpci(device).capabilities().base().fh()).isEqualTo(ZpciFunction.HANDLE);
    }

    @Test
    void what_concerns_measurements_alone_is_no_error() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        Zpci zpci = zpci(open(function));
        for (int code = 0x29; code <= 0x2d; code++) {
            function.fail(code, 0);
        }
        assertThat(zpci.drain()).extracting(event -> event.record().pec()).containsExactly(0x29, 0x2d);
    }

    @Test
    void a_listener_that_fails_is_told_and_keeps_nobody_from_being_told() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        PciDevice device = open(function);
        Zpci zpci = zpci(device);
        List<Throwable> failures = new ArrayList<>();
        List<ZpciEvent> told = new ArrayList<>();
        device.onFailure(failures::add);
        ListenerRegistration first = zpci.onEvent(event -> {
            throw new IllegalStateException("on purpose");
        });
        zpci.onEvent(told::add);
        function.fail(1, 0);
        zpci.drain();
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(told).hasSize(1);
        first.close();
        function.fail(1, 0);
        zpci.drain();
        assertThat(failures).hasSize(1);
        assertThat(told).hasSize(2);
    }

    @Test
    void only_so_many_are_kept_and_taken_at_once() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        Zpci zpci = zpci(open(function));
        for (int i = 0; i < 100; i++) {
            function.fail(1, i);
        }
        assertThat(zpci.drain()).hasSize(64);
        assertThat(zpci.events()).hasSize(Zpci.KEPT_EVENTS);
        assertThat(zpci.events().getLast().record().faddr()).isEqualTo(63);
    }

    @Test
    void what_is_no_record_is_refused() {
        ZpciFunction function = ZpciFunction.of("nvme", true, false);
        Zpci zpci = zpci(open(function));
        function.records.add(new byte[8]);
        assertThatThrownBy(zpci::drain).isInstanceOf(MalformedZpciException.class);
        assertThat(zpci.drain()).isEmpty();
    }
}
