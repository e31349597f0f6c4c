// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.iommu.MapRequest;
import io.jvfio.tests.lab.LabParts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The counterparts of the kernel's {@code tools/testing/selftests/vfio/vfio_pci_driver_test.c}: a test's name starts with
 * that of the kernel's.
 */
@Tag(LabParts.NEEDS_IGB)
@Tag("quick")
final class IgbDriverKernelIT extends IgbFixture {
    private static final int PAGE = 4096;
    private static final byte SECRET = 0x5a;
    private static final byte UNTOUCHED = 0x11;

    @Test
    void init_remove_the_driver_can_be_taken_away_and_come_back() {
        driver.close();
        driver = IgbDriver.open(device);
        assertCopies(4);
    }

    @ParameterizedTest(name = "{0} bytes from {1} to {2}")
    @CsvSource({
        "60, 0, 0",
        "61, 0, 0",
        "64, 64, 4096",
        "1024, 0, 0",
        "1514, 0, 0",
        "1514, 1, 3",
        "999, 4095, 8191",
        "1500, 3000, 7777",
        "60, 4069, 4093"
    })
    void memcpy_success_all_bytes_arrive_and_no_others(int size, int sourceOffset, int targetOffset) {
        fillSource(sourceOffset, size, size, size + sourceOffset);
        target.memory().fill(UNTOUCHED);

        assertThat(driver.copy(source.iova() + sourceOffset, target.iova() + targetOffset, size, PATIENCE))
                .isTrue();

        assertCopied(sourceOffset, targetOffset, size);
        assertUntouched(target.memory().asSlice(0, targetOffset));
        assertUntouched(target.memory().asSlice((long) targetOffset + size));
        assertNoInterrupt();
    }

    @Test
    void memcpy_success_copies_of_a_batch_arrive_in_order() {
        int size = 300;
        int count = 100;
        fillSource(0, size * count, size, 3);
        target.memory().fill(UNTOUCHED);
        for (int frame = 0; frame < count; frame++) {
            // The last comes first, so that the order of slots is seen.
            long offset = (long) (count - 1 - frame) * size;
            driver.post(source.iova() + offset, target.iova() + offset, size);
        }
        driver.ring();

        assertThat(driver.awaitCopies(PATIENCE)).isTrue();
        assertCopied(0, 0, size * count);
        assertNoInterrupt();
    }

    @Test
    void memcpy_success_rings_wrap_around() {
        int size = 64;
        int count = 3000;
        for (int round = 0; round < 3; round++) {
            fillSource(0, size * count, size, round);
            copyEach(size, count);
            assertCopied(0, 0, size * count);
        }
    }

    @Test
    void memcpy_storm_the_largest_batch_arrives_and_is_counted() {
        int size = 64;
        fillSource(0, size * IgbDriver.LARGEST_BATCH, size, 9);
        target.memory().fill(UNTOUCHED);
        device.guard(() -> {
            driver.registers().read(Igb.GOOD_FRAMES_SENT);
            driver.registers().read(Igb.GOOD_FRAMES_RECEIVED);
        });

        copyEach(size, IgbDriver.LARGEST_BATCH);

        assertCopied(0, 0, size * IgbDriver.LARGEST_BATCH);
        assertThat(device.guard(() -> driver.registers().read(Igb.GOOD_FRAMES_SENT)))
                .isEqualTo(IgbDriver.LARGEST_BATCH);
        assertThat(device.guard(() -> driver.registers().read(Igb.GOOD_FRAMES_RECEIVED)))
                .isEqualTo(IgbDriver.LARGEST_BATCH);
        assertNoInterrupt();
    }

    @Test
    void memcpy_storm_more_than_the_largest_batch_is_refused() {
        assertThatThrownBy(() -> driver.startCopies(source.iova(), target.iova(), 64, IgbDriver.LARGEST_BATCH + 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memcpy_from_unmapped_iova_brings_nothing_of_the_memory_and_the_device_works_after_a_reset() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment secret = arena.allocate(PAGE, PAGE).fill(SECRET);
            long stale = unmapped(arena, secret);
            target.memory().fill(UNTOUCHED);

            // Whether a frame is sent at all is the device's business.
            driver.copy(stale, target.iova(), 1024, NO_COPY);

            assertThat(target.memory().asSlice(0, PAGE).toArray(ValueLayout.JAVA_BYTE))
                    .doesNotContain(SECRET);
            assertUntouched(target.memory().asSlice(PAGE));
            assertNoInterrupt();
        }
        device.reset();
        driver.start();
        assertCopies(1);
    }

    @Test
    void memcpy_to_unmapped_iova_leaves_the_memory_alone() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(PAGE, PAGE).fill(UNTOUCHED);
            long stale = unmapped(arena, memory);
            fillSource(0, 1024, 1024, 2);

            driver.copy(source.iova(), stale, 1024, NO_COPY);

            assertUntouched(memory);
            assertNoInterrupt();
        }
        driver.restartQueues();
        assertCopies(2);
    }

    @Test
    void send_msi_each_message_is_counted_once() throws InterruptedException {
        driver.raise(IgbDriver.SOFTWARE_VECTOR);
        assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                .isEqualTo(1);
        assertNoInterrupt();
    }

    @Test
    void mix_and_match_copies_faults_and_messages_do_not_disturb_each_other() throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            long stale = unmapped(arena, arena.allocate(PAGE, PAGE).fill(SECRET));
            for (int round = 0; round < 10; round++) {
                assertCopies(round);
                driver.copy(stale, target.iova(), 1024, NO_COPY.dividedBy(10));
                driver.restartQueues();
                driver.raise(IgbDriver.SOFTWARE_VECTOR);
                assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                        .isEqualTo(1);
            }
        }
    }

    private void copyEach(int size, int count) {
        for (int frame = 0; frame < count; frame++) {
            driver.post(source.iova() + (long) frame * size, target.iova() + (long) frame * size, size);
        }
        driver.ring();
        assertThat(driver.awaitCopies(PATIENCE)).isTrue();
    }

    /** The address at which memory was mapped that is not mapped any more, but is still there. */
    private long unmapped(Arena arena, MemorySegment memory) {
        DmaBuffer buffer = device.dma().map(arena, memory, MapRequest.defaults().withLabel("gone"));
        long iova = buffer.iova();
        buffer.close();
        assertThat(device.dma().explain(iova))
                .isInstanceOfSatisfying(
                        IovaExplanation.Ended.class,
                        ended -> assertThat(ended.label()).isEqualTo("gone"));
        return iova;
    }

    private static void assertUntouched(MemorySegment memory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(memory.byteSize()).fill(UNTOUCHED);
            assertThat(memory.mismatch(expected))
                    .as("the first byte that was touched")
                    .isEqualTo(-1);
        }
    }
}
