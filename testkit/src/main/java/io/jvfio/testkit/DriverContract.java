// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.iommu.MapRequest;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What holds for a driver and its device on every carrier: copies arrive, whole and alone, at any alignment and in
 * numbers; what is not mapped is neither read nor written, and the device works afterwards; messages are counted once. It
 * does for jvfio what {@code vfio_pci_driver_test.c} does in the kernel's selftests.
 *
 * <pre>{@code
 * final class MyDriverTest extends DriverContract {
 *     protected DeviceLocator locator() {
 *         return DeviceLocator.parse("model:mine");
 *     }
 *
 *     protected boolean probe(PciDevice device) {
 *         return device.config().vendorId() == MINE;
 *     }
 *
 *     protected TestDriver init(PciDevice device) {
 *         return MyTestDriver.open(device);
 *     }
 * }
 * }</pre>
 *
 * <p>Threads: one at a time.
 */
public abstract class DriverContract extends CarrierContract {
    private static final byte UNTOUCHED = 0x7e;
    private static final byte SECRET = 0x5a;

    /** Long enough for a message or a copy that comes, as one that does not come costs this much. */
    private static final Duration NOTHING_COMES = Duration.ofMillis(50);

    /** How many messages are a storm, and how many copies, where the driver takes so many. */
    private static final int STORM = 100;

    private static final int MOST_COPIES = 1000;

    /** Set by {@link #start}, with which each test begins that needs a driver. */
    @SuppressWarnings("NullAway.Init")
    private PciDevice device;

    @SuppressWarnings("NullAway.Init")
    private TestDriver driver;

    /** For subclasses. */
    protected DriverContract() {}

    /** Whether the driver is one for this device. */
    protected abstract boolean probe(PciDevice device);

    /** Takes a device into operation. */
    protected abstract TestDriver init(PciDevice device);

    /** How long anything may take; emulated machines are slow. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    private void start() {
        device = closing(context().openPci(locator(), options()));
        driver = closing(init(device));
    }

    @Test
    void probe_knows_the_device_and_changes_nothing() {
        PciDevice found = closing(context().openPci(locator(), options()));
        int command = found.config().read16(PciRegisters.COMMAND);
        assertThat(probe(found)).isTrue();
        assertThat(probe(found)).isTrue();
        assertThat(found.config().read16(PciRegisters.COMMAND)).isEqualTo(command);
        assertThat(found.dma().addressSpace().mappings().size()).isZero();
    }

    @Test
    void init_and_remove_can_follow_each_other_and_remove_leaves_nothing() {
        PciDevice found = closing(context().openPci(locator(), options()));
        for (int round = 0; round < 2; round++) {
            TestDriver one = init(found);
            one.close();
            one.close();
            assertThat(found.config().read16(PciRegisters.COMMAND) & PciRegisters.COMMAND_MASTER)
                    .isZero();
            assertThat(found.dma().addressSpace().mappings().size()).isZero();
            for (InterruptType type : InterruptType.values()) {
                if (found.interrupts().available(type) > 0) {
                    found.interrupts().enable(type, 1).close();
                }
            }
        }
    }

    @Test
    void memcpy_moves_all_bytes_and_no_others_at_any_alignment() {
        start();
        int largest = driver.largestCopy();
        int smallest = driver.smallestCopy();
        int[][] copies = {
            {smallest, 0, 0},
            {largest, 0, 0},
            {(smallest + largest) / 2 | 1, 64, 4096},
            {Math.max(smallest, 65), 4095, 8191}
        };
        for (int[] copy : copies) {
            copyAndCheck(copy[0], copy[1], copy[2]);
        }
    }

    @Test
    void memcpy_storm_all_copies_end_and_the_last_has_arrived() {
        start();
        int size = driver.smallestCopy();
        int count = Math.min(driver.largestBatch(), MOST_COPIES);
        try (DmaBuffer source = buffer(size, 1);
                DmaBuffer target = buffer(size, 1)) {
            fill(source, 0, size, 9);
            target.memory().fill(UNTOUCHED);
            driver.startCopies(source.iova(), target.iova(), size, count);
            assertThat(driver.awaitCopies(patience())).isTrue();
            assertThat(target.memory().asSlice(0, size).mismatch(source.memory().asSlice(0, size)))
                    .as("the first byte that differs")
                    .isEqualTo(-1);
            assertNoMessage();
        }
    }

    @Test
    void memcpy_from_unmapped_iova_brings_nothing_of_the_memory() {
        start();
        int size = driver.smallestCopy();
        try (Arena arena = Arena.ofShared();
                DmaBuffer target = buffer(size, 1)) {
            MemorySegment secret =
                    arena.allocate(TestMemory.page(), TestMemory.page()).fill(SECRET);
            long stale = unmapped(arena, secret);
            target.memory().fill(UNTOUCHED);
            driver.startCopies(stale, target.iova(), size, 1);
            driver.awaitCopies(failure());
            assertThat(target.memory().toArray(ValueLayout.JAVA_BYTE)).doesNotContain(SECRET);
            assertNoMessage();
        }
        driver.recover();
        copyAndCheck(size, 0, 0);
    }

    @Test
    void memcpy_to_unmapped_iova_leaves_the_memory_alone() {
        start();
        int size = driver.smallestCopy();
        try (Arena arena = Arena.ofShared();
                DmaBuffer source = buffer(size, 1)) {
            MemorySegment memory =
                    arena.allocate(TestMemory.page(), TestMemory.page()).fill(UNTOUCHED);
            long stale = unmapped(arena, memory);
            fill(source, 0, size, 3);
            driver.startCopies(source.iova(), stale, size, 1);
            driver.awaitCopies(failure());
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(UNTOUCHED);
        }
        driver.recover();
        copyAndCheck(size, 0, 0);
    }

    @Test
    void send_msi_each_message_of_a_storm_is_counted_once() throws InterruptedException {
        start();
        Interrupts interrupts = driver.interrupts();
        for (int message = 0; message < STORM; message++) {
            driver.sendMessage();
            assertThat(interrupts.await(driver.messageVector(), patience()))
                    .as("message %d", message)
                    .isEqualTo(1);
        }
        assertThat(interrupts.await(driver.messageVector(), NOTHING_COMES)).isZero();
        assertNoMessage();
    }

    @Test
    void mix_and_match_copies_faults_and_messages_do_not_disturb_each_other() throws InterruptedException {
        start();
        int size = driver.smallestCopy();
        try (Arena arena = Arena.ofShared()) {
            long stale = unmapped(
                    arena, arena.allocate(TestMemory.page(), TestMemory.page()).fill(SECRET));
            for (int round = 0; round < 2; round++) {
                copyAndCheck(size, round, 0);
                driver.startCopies(stale, stale, size, 1);
                driver.awaitCopies(failure());
                driver.recover();
                driver.sendMessage();
                assertThat(driver.interrupts().await(driver.messageVector(), patience()))
                        .isEqualTo(1);
            }
        }
    }

    /** How long to wait for a copy that may never end. */
    private Duration failure() {
        return patience().dividedBy(60);
    }

    private void copyAndCheck(int size, int sourceOffset, int targetOffset) {
        try (DmaBuffer source = buffer(sourceOffset + size, 1);
                DmaBuffer target = buffer(targetOffset + size, 2)) {
            fill(source, sourceOffset, size, size + sourceOffset);
            target.memory().fill(UNTOUCHED);
            driver.startCopies(source.iova() + sourceOffset, target.iova() + targetOffset, size, 1);
            assertThat(driver.awaitCopies(patience())).isTrue();
            MemorySegment arrived = target.memory().asSlice(targetOffset, size);
            assertThat(arrived.mismatch(source.memory().asSlice(sourceOffset, size)))
                    .as("the first byte of %d that differs, from %d to %d", size, sourceOffset, targetOffset)
                    .isEqualTo(-1);
            arrived.fill(UNTOUCHED);
            assertThat(target.memory().toArray(ValueLayout.JAVA_BYTE))
                    .as("bytes around the copy")
                    .containsOnly(UNTOUCHED);
            assertNoMessage();
        }
    }

    private DmaBuffer buffer(int used, int morePages) {
        long page = TestMemory.page();
        return device.dma().allocate((used + page - 1) / page * page + morePages * page);
    }

    private void fill(DmaBuffer buffer, long offset, int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        MemorySegment part = buffer.memory().asSlice(offset, size).copyFrom(MemorySegment.ofArray(bytes));
        driver.shape(part);
    }

    /** The address at which memory was mapped that is not mapped any more, but is still there. */
    private long unmapped(Arena arena, MemorySegment memory) {
        DmaBuffer buffer = device.dma().map(arena, memory, MapRequest.defaults().withLabel("gone"));
        long iova = buffer.iova();
        buffer.close();
        assertThat(device.dma().explain(iova)).isInstanceOf(IovaExplanation.Ended.class);
        return iova;
    }

    private void assertNoMessage() {
        Interrupts interrupts = driver.interrupts();
        for (int vector = 0; vector < interrupts.vectors(); vector++) {
            assertThat(interrupts.poll(vector)).as("vector %d", vector).isZero();
        }
    }
}
