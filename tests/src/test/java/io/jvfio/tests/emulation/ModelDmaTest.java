// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.Reattachable;
import io.jvfio.emulation.DmaFault;
import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulatedIommu;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.mmio.Layouts;
import io.jvfio.testkit.TestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a model reaches in memory, and what it is told when it does not. */
final class ModelDmaTest extends ModelFixture {
    private static final long IOVA = 0x10_0000;

    private static DmaStatus poke(EmulatedDevice device, long address) {
        full(device, FullModel.POKE, address);
        assertThat(device.step()).isTrue();
        return FullModel.status(full(device, FullModel.LAST_STATUS));
    }

    private static EmulatedIommu iommu(EmulatedDevice device) {
        return (EmulatedIommu) device.addressSpace();
    }

    @Test
    void a_model_writes_memory_while_it_may_master_the_bus() {
        EmulatedDevice device = open("full");
        TestMemory memory = map(device, IOVA);
        assertThat(poke(device, IOVA + 8)).isEqualTo(DmaStatus.MASTER_OFF);
        busMaster(device);
        assertThat(poke(device, IOVA + 8)).isEqualTo(DmaStatus.DONE);
        assertThat(memory.bytes().get(Layouts.LE_LONG, 8)).isEqualTo(FullModel.PATTERN);
        assertThat(iommu(device).faultCount()).isZero();
    }

    @Test
    void a_transfer_spans_mappings_and_is_all_or_nothing() {
        EmulatedDevice device = open("full");
        busMaster(device);
        TestMemory first = map(device, IOVA);
        TestMemory second = map(device, IOVA + 0x1000);
        assertThat(poke(device, IOVA + 0xffc)).isEqualTo(DmaStatus.DONE);
        assertThat(first.bytes().get(Layouts.LE_INT, 0xffc)).isEqualTo((int) FullModel.PATTERN);
        assertThat(second.bytes().get(Layouts.LE_INT, 0)).isEqualTo((int) (FullModel.PATTERN >>> 32));
        assertThat(poke(device, IOVA + 0x1ffc)).isEqualTo(DmaStatus.UNMAPPED);
        assertThat(second.bytes().get(Layouts.LE_INT, 0xffc)).isZero();
    }

    @Test
    void faults_are_kept_and_told() {
        EmulatedDevice device = open("full");
        busMaster(device);
        map(device, MapRequest.defaults().withIova(IOVA).withAccess(Access.READ).withLabel("ring"));
        List<DmaFault> heard = new ArrayList<>();
        iommu(device).onFault(heard::add);
        assertThat(poke(device, IOVA)).isEqualTo(DmaStatus.DENIED);
        assertThat(poke(device, 0x66_0000)).isEqualTo(DmaStatus.UNMAPPED);
        assertThat(iommu(device).faults()).isEqualTo(heard);
        assertThat(iommu(device).faultCount()).isEqualTo(2);
        assertThat(heard.getFirst().toString()).contains("model:full", "WRITE", "DENIED", "ring");
        assertThat(heard.getLast().iova()).isEqualTo(0x66_0000);
        device.ability(Reattachable.class).orElseThrow().detach();
        assertThat(poke(device, IOVA)).isEqualTo(DmaStatus.DETACHED);
    }

    @Test
    void remote_memory_is_reached_by_its_calls_and_a_failure_is_a_fault() {
        EmulatedDevice device = open("full");
        busMaster(device);
        AtomicReference<byte[]> seen = new AtomicReference<>();
        DmaSource remote = new DmaSource.Remote(4096, (offset, local) -> local.fill((byte) 7), (offset, local) -> {
            if (offset == 0) {
                throw new VfioException("DMA_WRITE", 5, "peer", "it went away");
            }
            seen.set(local.toArray(ValueLayout.JAVA_BYTE));
        });
        closing(device.addressSpace().map(remote, MapRequest.defaults().withIova(IOVA)));
        assertThat(poke(device, IOVA + 16)).isEqualTo(DmaStatus.DONE);
        assertThat(MemorySegment.ofArray(seen.get()).get(Layouts.LE_LONG.withByteAlignment(1), 0))
                .isEqualTo(FullModel.PATTERN);
        assertThat(poke(device, IOVA)).isEqualTo(DmaStatus.FAILED);
        assertThat(iommu(device).faults().getFirst().reason()).isEqualTo(DmaStatus.FAILED);
    }

    @Test
    void an_unmap_and_a_reset_wait_for_a_transfer() throws Exception {
        EmulatedDevice device = closing(EmulatedDevice.open("full", EmulationOptions.defaults()));
        busMaster(device);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        DmaSource slow = new DmaSource.Remote(4096, (offset, local) -> {}, (offset, local) -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        DmaMapping mapping =
                closing(device.addressSpace().map(slow, MapRequest.defaults().withIova(IOVA)));
        full(device, FullModel.POKE, IOVA);
        entered.await();
        assertThatThrownBy(mapping::close).isInstanceOf(VfioException.class).hasMessageContaining("EBUSY");
        assertThat(mapping.isOpen()).isTrue();
        Thread resetting = Thread.ofPlatform().start(device::reset);
        Waiting.until(() -> resetting.getState() == Thread.State.TIMED_WAITING);
        leave.countDown();
        resetting.join();
        assertThat(full(device, FullModel.LAST_STATUS))
                .as("reset after the transfer")
                .isZero();
        mapping.close();
    }

    @Test
    void limits_and_ranges_are_as_configured() {
        EmulatedIommu.Settings settings = EmulatedIommu.Settings.defaults()
                .withUsable(List.of(new IovaRange(0x1_0000, 0x1_ffff)))
                .withPageSizes(1 << 12)
                .withMostMaps(2);
        EmulatedDevice device = closing(
                EmulatedDevice.open("full", EmulationOptions.stepped(clock).withIommu(settings)));
        assertThat(device.addressSpace().usable()).containsExactly(new IovaRange(0x1_0000, 0x1_ffff));
        map(device, 0x1_0000);
        map(device, 0x1_f000);
        assertThat(device.addressSpace().limits().remainingMaps()).hasValue(0);
        assertThatThrownBy(() -> map(device, 0x1_2000))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("ENOSPC");
    }

    @Test
    void models_of_any_context_share_a_space_that_belongs_to_none() {
        EmulatedIommu space = closing(EmulatedIommu.of(EmulatedIommu.Settings.defaults()));
        EmulatedDevice one = open("full");
        EmulatedDevice other = open("full");
        for (EmulatedDevice device : List.of(one, other)) {
            device.ability(Reattachable.class).orElseThrow().replace(space);
            busMaster(device);
        }
        TestMemory memory = map(one, IOVA);
        assertThat(poke(other, IOVA)).isEqualTo(DmaStatus.DONE);
        assertThat(memory.bytes().get(Layouts.LE_LONG, 0)).isEqualTo(FullModel.PATTERN);
    }
}
