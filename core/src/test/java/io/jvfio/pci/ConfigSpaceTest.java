// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.pci.config.CapabilityHeader;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSpaceTest {
    private final ConfigBytes bytes = new ConfigBytes(4096);
    private final ConfigSpace config = ConfigSpace.of(bytes, 4096, "0000:01:00.0");

    @Test
    void the_header_tells_what_the_function_is() {
        bytes.put(0, 2, 0x8086)
                .put(2, 2, 0x10c9)
                .put(8, 4, 0x02000001)
                .put(0x2c, 2, 0xfffe)
                .put(0x2e, 2, 0xa03c);
        assertThat(config.vendorId()).isEqualTo(0x8086);
        assertThat(config.deviceId()).isEqualTo(0x10c9);
        assertThat(config.revisionId()).isEqualTo(1);
        assertThat(config.classCode()).isEqualTo(0x020000);
        assertThat(config.subsystemVendorId()).isEqualTo(0xfffe);
        assertThat(config.subsystemId()).isEqualTo(0xa03c);
        bytes.put(8, 4, 0xff000000L);
        assertThat(config.classCode()).isEqualTo(0xff0000);
    }

    @Test
    void a_bridge_has_no_subsystem_in_its_header() {
        bytes.put(0x0e, 1, 0x81).put(0x2c, 4, 0xffffffffL);
        assertThat(config.subsystemVendorId()).isZero();
        assertThat(config.subsystemId()).isZero();
    }

    @Test
    void every_width_is_accessed_at_every_offset_inside_and_at_none_outside() {
        new Random(1).nextBytes(bytes.bytes);
        for (int offset = -4; offset <= 4100; offset++) {
            int at = offset;
            if (at >= 0 && at <= 4095) {
                assertThat(config.read8(at)).isEqualTo(bytes.bytes[at] & 0xff);
            } else {
                assertThatThrownBy(() -> config.read8(at)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> config.write8(at, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            if (at >= 0 && at <= 4094) {
                assertThat(config.read16(at)).isEqualTo(config.read8(at) | config.read8(at + 1) << 8);
            } else {
                assertThatThrownBy(() -> config.read16(at)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> config.write16(at, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            if (at >= 0 && at <= 4092) {
                assertThat(config.read32(at)).isEqualTo(config.read16(at) | config.read16(at + 2) << 16);
            } else {
                assertThatThrownBy(() -> config.read32(at)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> config.write32(at, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
        assertThatThrownBy(() -> config.read32(Integer.MAX_VALUE))
                .hasMessage("4 bytes at offset 0x7fffffff are not inside config space of 0000:01:00.0, 0x1000 bytes");
    }

    @Test
    void writes_change_their_bytes_and_no_others() {
        config.write32(0x41, -1);
        config.write16(0x43, 0x11234);
        config.write8(0x41, 0x101);
        assertThat(config.read32(0x40)).isEqualTo(0x34ff0100);
        assertThat(config.read32(0x44)).isEqualTo(0x12);
    }

    @Test
    void a_modification_changes_the_bits_of_its_mask() {
        bytes.put(0x40, 4, 0xffff0f0fL);
        config.modify16(0x40, 0xff, 0x12345);
        config.modify32(0x40, 0xf0000000, 0);
        assertThat(config.read32(0x40)).isEqualTo(0x0fff0f45);
        assertThat(bytes.writes).isEqualTo(2);
    }

    @Test
    void modifications_by_several_threads_do_not_undo_each_other() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            int bit = 1 << i;
            threads[i] = Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int n = 0; n < 10_000; n++) {
                    config.modify16(0x40, bit, n % 2 == 0 ? bit : 0);
                    if ((config.read16(0x40) & bit) != (n % 2 == 0 ? bit : 0)) {
                        config.write8(0x50 + Integer.numberOfTrailingZeros(bit), 1);
                    }
                }
            });
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(config.read32(0x50)).isZero();
    }

    @Test
    void what_holds_no_header_is_no_config_space_and_what_is_too_large_is_cut() {
        assertThatThrownBy(() -> ConfigSpace.of(bytes, 63, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConfigSpace.of(bytes, -1, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThat(ConfigSpace.of(bytes, 64, "x").capabilities()).isEmpty();
        assertThat(ConfigSpace.of(bytes, Long.MAX_VALUE, "x").size()).isEqualTo(4096);
    }

    @Test
    void capabilities_come_in_the_order_of_the_list_also_backwards_in_space() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x73);
        bytes.capability(0x70, 0x11, 0x50).capability(0x50, 0x09, 0xa2).capability(0xa0, 0x09, 0);
        assertThat(config.capabilities())
                .containsExactly(
                        new CapabilityHeader(false, 0x11, 0, 0x70),
                        new CapabilityHeader(false, 0x09, 0, 0x50),
                        new CapabilityHeader(false, 0x09, 0, 0xa0));
        assertThat(config.capability(0x09)).isEqualTo(OptionalInt.of(0x50));
        assertThat(config.capability(0x05)).isEmpty();
    }

    @Test
    void without_the_status_bit_there_is_no_list() {
        bytes.put(0x34, 1, 0x40).capability(0x40, 1, 0);
        assertThat(config.capabilities()).isEmpty();
    }

    @Test
    void a_cardbus_bridge_has_its_pointer_elsewhere() {
        bytes.put(6, 2, 0x10).put(0x0e, 1, 2).put(0x14, 1, 0xa0).capability(0xa0, 1, 0);
        assertThat(config.capability(1)).isEqualTo(OptionalInt.of(0xa0));
    }

    @Test
    void a_list_that_comes_back_to_itself_ends_there() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x40).capability(0x40, 1, 0x50).capability(0x50, 5, 0x40);
        assertThat(config.capabilities()).extracting(CapabilityHeader::id).containsExactly(1, 5);
        bytes.extended(0x100, 1, 2, 0x200).extended(0x200, 3, 1, 0x100);
        assertThat(config.extendedCapabilities())
                .extracting(CapabilityHeader::id)
                .containsExactly(1, 3);
    }

    @Test
    void a_list_that_points_into_the_header_or_at_the_end_ends_there() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x40).capability(0x40, 1, 0x3c);
        assertThat(config.capabilities()).hasSize(1);
        bytes.capability(0x40, 1, 0xfc).capability(0xfc, 5, 0x10);
        assertThat(config.capabilities()).hasSize(2);
        bytes.extended(0x100, 1, 1, 0xffc).extended(0xffc, 2, 1, 0xfc);
        assertThat(config.extendedCapabilities()).hasSize(2);
    }

    @Test
    void a_hidden_first_extended_capability_leads_on_to_the_next() {
        bytes.extended(0x100, 0, 0, 0x140).extended(0x140, 0x10, 1, 0);
        assertThat(config.extendedCapabilities()).containsExactly(new CapabilityHeader(true, 0x10, 1, 0x140));
        assertThat(config.extendedCapability(0x10)).isEqualTo(OptionalInt.of(0x140));
        assertThat(config.extendedCapability(0)).isEmpty();
    }

    @Test
    void conventional_config_space_has_no_extended_capabilities() {
        bytes.extended(0x100, 1, 1, 0);
        assertThat(ConfigSpace.of(bytes, 256, "x").extendedCapabilities()).isEmpty();
    }

    @Test
    void a_device_that_does_not_answer_has_no_capabilities() {
        Arrays.fill(bytes.bytes, (byte) -1);
        assertThat(config.capabilities()).isEmpty();
        assertThat(config.extendedCapabilities()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20260101, -7})
    void a_walk_over_any_bytes_ends_inside_and_visits_each_place_once(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            random.nextBytes(bytes.bytes);
            bytes.put(6, 2, 0x10);
            if (round % 2 == 0) {
                aim(random);
            }
            bytes.reads = 0;
            for (List<CapabilityHeader> list : List.of(config.capabilities(), config.extendedCapabilities())) {
                assertThat(list).extracting(CapabilityHeader::offset).doesNotHaveDuplicates();
                assertThat(list)
                        .allSatisfy(found -> assertThat(found.offset())
                                .isBetween(found.extended() ? 0x100 : 0x40, found.extended() ? 0xffc : 0xfc)
                                .matches(offset -> offset % 4 == 0));
            }
            assertThat(bytes.reads).isLessThan(48 + 960 + 4);
        }
    }

    /** Makes pointers lead to places inside more often than random bytes do, so that lists get long. */
    private void aim(Random random) {
        for (int offset = 0x40; offset < 0x100; offset += 4) {
            bytes.capability(offset, random.nextInt(0xff), 0x40 + random.nextInt(0xc0));
        }
        for (int offset = 0x100; offset < 0x1000; offset += 4) {
            bytes.extended(offset, random.nextInt(4), 1, 0x100 + random.nextInt(0xf00));
        }
    }
}
