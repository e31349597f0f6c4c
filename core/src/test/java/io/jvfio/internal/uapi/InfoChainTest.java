// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a walk that never ends is a failure
class InfoChainTest {
    private static final int FIXED_SIZE = 32;

    @Test
    void a_chain_is_read_in_its_order_each_capability_up_to_the_next_one() {
        MemorySegment struct = struct(0x60);
        header(struct, 0x20, 2, 1, 0x30);
        header(struct, 0x30, 1, 3, 0x58);
        header(struct, 0x58, 3, 1, 0);

        List<InfoChain.Link> links = InfoChain.read(struct, FIXED_SIZE, 0x20).toList();

        assertThat(links).extracting(InfoChain.Link::id).containsExactly(2, 1, 3);
        assertThat(links).extracting(InfoChain.Link::version).containsExactly(1, 3, 1);
        assertThat(links).extracting(InfoChain.Link::offset).containsExactly(0x20L, 0x30L, 0x58L);
        assertThat(links).extracting(link -> link.segment().byteSize()).containsExactly(0x10L, 0x28L, 8L);
    }

    @Test
    void the_first_capability_of_an_id_is_found_and_a_missing_one_is_null() {
        MemorySegment struct = struct(0x40);
        header(struct, 0x20, 7, 1, 0x30);
        header(struct, 0x30, 7, 2, 0);

        InfoChain chain = InfoChain.read(struct, FIXED_SIZE, 0x20);

        assertThat(chain.find(7))
                .isNotNull()
                .extracting(InfoChain.Link::version)
                .isEqualTo(1);
        assertThat(chain.find(8)).isNull();
    }

    @Test
    void a_first_offset_of_zero_is_an_empty_chain() {
        assertThat(InfoChain.read(struct(FIXED_SIZE), FIXED_SIZE, 0)).isEmpty();
    }

    @Test
    void a_capability_may_start_at_any_byte_and_the_buffer_may_be_on_the_heap() {
        MemorySegment struct = struct(0x40);
        header(struct, 0x23, 2, 1, 0x35);
        header(struct, 0x35, 1, 1, 0);

        assertThat(InfoChain.read(struct, FIXED_SIZE, 0x23)).hasSize(2);
    }

    @Test
    void bytes_behind_argsz_belong_to_no_capability() {
        MemorySegment struct = struct(0x80);
        struct.set(JAVA_INT_UNALIGNED, 0, 0x40);
        header(struct, 0x20, 1, 1, 0);

        InfoChain chain = InfoChain.read(struct, FIXED_SIZE, 0x20);

        assertThat(chain.toList().getFirst().segment().byteSize()).isEqualTo(0x20);
    }

    @ParameterizedTest
    @CsvSource({
        // first, second: what is wrong
        "0x1f, 0, 0x1f", // the first one starts in the fixed part
        "0x39, 0, 0x39", // a header would cross argsz
        "0xfffffff8, 0, 0xfffffff8", // far outside, and negative as an int
        "0x30, 0x20, 0x20", // backwards
        "0x30, 0x30, 0x30", // to itself
        "0x30, 0x37, 0x37", // into its own header
        "0x20, 0x39, 0x39", // the second header would cross argsz
        "0x20, 0x80000000, 0x80000000" // far outside
    })
    void a_broken_chain_is_refused_with_the_offset_in_hex(String first, String second, String wrong) {
        MemorySegment struct = struct(0x40);
        int at = Integer.parseUnsignedInt(first, 2, first.length(), 16);
        if (at >= 0x20 && at <= 0x38) {
            header(struct, at, 1, 1, Long.decode(second).intValue());
        }

        assertThatThrownBy(() -> InfoChain.read(struct, FIXED_SIZE, at))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("capability at " + wrong);
    }

    @Test
    void a_buffer_shorter_than_argsz_is_refused_before_capabilities_get_lost() {
        MemorySegment struct = struct(0x20);
        struct.set(JAVA_INT_UNALIGNED, 0, 0x58);

        assertThatThrownBy(() -> InfoChain.read(struct, FIXED_SIZE, 0))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("0x58")
                .hasMessageContaining("0x20");
    }

    @Test
    void an_info_struct_without_the_flag_has_no_capabilities_whatever_its_offset_says() {
        MemorySegment struct = struct(0x40);
        VfioRegionInfo.STRUCT.fill(struct, new VfioRegionInfo(0, 0, 0x20, 0, 0));
        header(struct, 0x20, 1, 1, 0);
        assertThat(VfioRegionInfo.STRUCT.read(struct).capabilities(struct)).isEmpty();

        VfioRegionInfo.STRUCT.fill(struct, new VfioRegionInfo(VfioPci.VFIO_REGION_INFO_FLAG_CAPS, 0, 0x20, 0, 0));
        assertThat(VfioRegionInfo.STRUCT.read(struct).capabilities(struct)).hasSize(1);
    }

    @Test
    void a_device_info_of_the_first_kernels_with_capabilities_has_one_right_behind_cap_offset() {
        MemorySegment struct = struct(0x40);
        VfioDeviceInfo.STRUCT.fill(struct, new VfioDeviceInfo(VfioPci.VFIO_DEVICE_FLAGS_CAPS, 9, 5, 20));
        header(struct, 20, VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 1, 0);

        assertThat(VfioDeviceInfo.STRUCT.read(struct).capabilities(struct)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0x40, 0x20", "0x39, 0x19", "0x7fffffff, 0x20"})
    void an_offset_behind_a_struct_that_was_cut_ends_the_chain(String behind, String size) {
        MemorySegment struct = struct(0x40);
        struct.set(JAVA_INT_UNALIGNED, 0, 0x1000);
        header(struct, 0x20, 2, 1, Integer.decode(behind));

        InfoChain chain = InfoChain.readCut(struct, FIXED_SIZE, 0x20);

        assertThat(chain).singleElement().satisfies(link -> {
            assertThat(link.id()).isEqualTo(2);
            assertThat(link.segment().byteSize()).isEqualTo(Long.decode(size));
        });
        assertThat(InfoChain.readCut(struct, FIXED_SIZE, Integer.decode(behind)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0x1f, 0, 0x1f",
        "0x30, 0x20, 0x20",
        "0x30, 0x30, 0x30",
        "0x30, 0x37, 0x37",
        "0x20, 0x80000000, 0x80000000"
    })
    void a_struct_that_was_cut_has_no_other_liberty(int first, String second, String wrong) {
        MemorySegment struct = struct(0x40);
        header(struct, first, 1, 1, Long.decode(second).intValue());

        assertThatThrownBy(() -> InfoChain.readCut(struct, FIXED_SIZE, first))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("capability at " + wrong);
    }

    @Test
    void a_chain_of_64_is_read_and_a_longer_one_is_refused() {
        MemorySegment struct = struct(FIXED_SIZE + 65 * 8);
        for (int i = 0; i < 65; i++) {
            int at = FIXED_SIZE + i * 8;
            header(struct, at, i, 1, i == 64 ? 0 : at + 8);
        }
        assertThat(InfoChain.read(struct, FIXED_SIZE, FIXED_SIZE + 8)).hasSize(64);
        for (boolean cut : new boolean[] {false, true}) {
            assertThatThrownBy(() -> {
                        if (cut) {
                            InfoChain.readCut(struct, FIXED_SIZE, FIXED_SIZE);
                        } else {
                            InfoChain.read(struct, FIXED_SIZE, FIXED_SIZE);
                        }
                    })
                    .isInstanceOf(MalformedStructException.class)
                    .hasMessageContaining("capability at 0x220 comes after 64");
        }
    }

    @Test
    void what_was_written_is_read() {
        List<InfoCapability> capabilities = List.of(
                InfoCapability.sparse(List.of(new RegionArea(0x1000, 0x2000))),
                new InfoCapability(7, 2, MemorySegment.ofArray(new byte[11])),
                InfoCapability.type(new RegionType(1, 2)));
        int size = InfoChain.byteSize(capabilities);
        assertThat(size).isEqualTo(32 + 16 + 16);
        MemorySegment struct = struct(FIXED_SIZE + size);
        struct.asSlice(FIXED_SIZE).fill((byte) 0);

        InfoChain.write(struct, FIXED_SIZE, capabilities);

        List<InfoCapability> read =
                InfoChain.read(struct, FIXED_SIZE, FIXED_SIZE).capabilities();
        assertThat(read).extracting(InfoCapability::id).containsExactly(1, 7, 2);
        assertThat(read).extracting(InfoCapability::version).containsExactly(1, 2, 1);
        assertThat(read.getFirst().areas(0x3000)).containsExactly(new RegionArea(0x1000, 0x2000));
        assertThat(read.getLast().word(12)).isEqualTo(2);
        assertThat(InfoChain.byteSize(List.of())).isZero();
    }

    static LongStream seeds() {
        return Seeds.of(10);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void any_bytes_are_either_refused_or_a_chain_that_moves_forward_inside_argsz(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 4_000; i++) {
            byte[] bytes = new byte[random.nextInt(8, 200)];
            // Small values and zeros, so that many an offset means something.
            for (int b = 0; b < bytes.length; b++) {
                bytes[b] = random.nextInt(4) == 0 ? (byte) random.nextInt(bytes.length) : 0;
            }
            MemorySegment struct = MemorySegment.ofArray(bytes);
            int argsz = random.nextInt(8, bytes.length + 1);
            struct.set(JAVA_INT_UNALIGNED, 0, argsz);
            int fixed = random.nextInt(4, 40);
            int first = random.nextInt(bytes.length + 8);
            if (random.nextBoolean() && first + 8 <= bytes.length) {
                // Otherwise hardly one header in ten thousand leads to another.
                struct.set(JAVA_INT_UNALIGNED, first + 4, random.nextInt(bytes.length));
            }
            try {
                List<InfoChain.Link> links =
                        InfoChain.read(struct, fixed, first).toList();
                assertWithin(links, fixed, argsz);
                assertThat(InfoChain.readCut(struct.asSlice(0, argsz), fixed, first))
                        .extracting(InfoChain.Link::header)
                        .isEqualTo(links.stream().map(InfoChain.Link::header).toList());
                read += links.size() > 1 ? 1 : 0;

                for (int b = argsz; b < bytes.length; b++) {
                    bytes[b] = (byte) random.nextInt();
                }
                assertThat(InfoChain.read(struct, fixed, first).toList())
                        .as("bytes behind argsz make no difference")
                        .extracting(InfoChain.Link::header)
                        .isEqualTo(links.stream().map(InfoChain.Link::header).toList());
            } catch (MalformedStructException expected) {
                assertThat(expected).hasMessageContaining("0x");
                assertWithinOrRefused(struct, fixed, first);
            }
        }
        assertThat(read).as("chains of two or more among the random bytes").isPositive();
    }

    private static void assertWithinOrRefused(MemorySegment cut, int fixed, int first) {
        try {
            assertWithin(InfoChain.readCut(cut, fixed, first).toList(), fixed, cut.byteSize());
        } catch (MalformedStructException expected) {
            assertThat(expected).hasMessageContaining("0x");
        }
    }

    private static void assertWithin(List<InfoChain.Link> links, long fixed, long argsz) {
        long end = fixed;
        for (InfoChain.Link link : links) {
            assertThat(link.offset()).isGreaterThanOrEqualTo(end);
            assertThat(link.segment().byteSize()).isGreaterThanOrEqualTo(8);
            end = link.offset() + link.segment().byteSize();
        }
        assertThat(end).isLessThanOrEqualTo(Math.max(fixed, argsz));
    }

    private static MemorySegment struct(int size) {
        MemorySegment struct = MemorySegment.ofArray(new byte[size]);
        struct.set(JAVA_INT_UNALIGNED, 0, size);
        return struct;
    }

    private static void header(MemorySegment struct, int offset, int id, int version, int next) {
        VfioInfoCapHeader.STRUCT.fill(struct.asSlice(offset), new VfioInfoCapHeader(id, version, next));
    }
}
