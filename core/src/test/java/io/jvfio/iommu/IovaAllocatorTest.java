// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.iommu.MapRequest.Fit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IovaAllocatorTest {

    private static final long PAGE = 0x1000;
    private static final long MIB_2 = 0x20_0000;

    /** What an Intel IOMMU of 39 address bits tells: the interrupt window is missing. */
    private static final List<IovaRange> INTEL_39 =
            List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x7f_ffff_ffffL));

    @Test
    void first_fit_takes_the_lowest_addresses_one_after_the_other() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);

        assertThat(first(allocator, PAGE)).isEqualTo(IovaRange.of(0, PAGE));
        assertThat(first(allocator, 3 * PAGE)).isEqualTo(IovaRange.of(0x1000, 3 * PAGE));
        assertThat(first(allocator, PAGE)).isEqualTo(IovaRange.of(0x4000, PAGE));
    }

    @Test
    void a_range_that_does_not_fit_before_a_reserved_window_goes_behind_it() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);

        assertThat(allocator.reserve(new IovaRange(0, 0xfedf_efffL))).isTrue();

        assertThat(first(allocator, 2 * PAGE)).isEqualTo(IovaRange.of(0xfef0_0000L, 2 * PAGE));
        assertThat(first(allocator, PAGE)).isEqualTo(IovaRange.of(0xfedf_f000L, PAGE));
    }

    @Test
    void nothing_is_given_out_above_the_address_width() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);

        assertThat(allocator.allocate(PAGE, 1L << 40, IovaRange.ALL, Fit.FIRST)).isEqualTo(IovaRange.of(0, PAGE));
        assertThat(allocator.allocate(PAGE, 1L << 40, IovaRange.ALL, Fit.FIRST)).isNull();
        assertThat(first(allocator, 1L << 39)).isNull();
        assertThat(allocator.reserve(new IovaRange(1L << 39, (1L << 39) + 0xfff)))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(Fit.class)
    void a_chosen_range_lies_within_what_the_device_reaches(Fit fit) {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        IovaRange within = new IovaRange(0x1234_5000L, 0x1234_8fffL);

        for (int i = 0; i < 4; i++) {
            IovaRange range = allocator.allocate(PAGE, PAGE, within, fit);
            assertThat(range).isNotNull();
            assertThat(within.contains(range)).isTrue();
        }
        assertThat(allocator.allocate(PAGE, PAGE, within, fit)).isNull();
    }

    @Test
    void a_bound_inside_a_page_leaves_the_page_out() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);

        assertThat(allocator.allocate(PAGE, PAGE, new IovaRange(0x1001, 0x2ffe), Fit.FIRST))
                .isNull();
        assertThat(allocator.allocate(PAGE, PAGE, new IovaRange(0x1001, 0x2fff), Fit.LAST))
                .isEqualTo(IovaRange.of(0x2000, PAGE));
    }

    @Test
    void best_fit_takes_the_smallest_gap_and_first_fit_the_lowest() {
        IovaAllocator allocator = new IovaAllocator(List.of(
                IovaRange.of(0x1_0000, 8 * PAGE), IovaRange.of(0x2_0000, 2 * PAGE), IovaRange.of(0x3_0000, 4 * PAGE)));

        assertThat(allocator.allocate(2 * PAGE, PAGE, IovaRange.ALL, Fit.BEST))
                .isEqualTo(IovaRange.of(0x2_0000, 2 * PAGE));
        assertThat(allocator.allocate(2 * PAGE, PAGE, IovaRange.ALL, Fit.BEST))
                .isEqualTo(IovaRange.of(0x3_0000, 2 * PAGE));
        assertThat(allocator.allocate(2 * PAGE, PAGE, IovaRange.ALL, Fit.FIRST))
                .isEqualTo(IovaRange.of(0x1_0000, 2 * PAGE));
    }

    @Test
    void last_fit_comes_from_the_top() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);

        assertThat(allocator.allocate(MIB_2, MIB_2, IovaRange.ALL, Fit.LAST))
                .isEqualTo(new IovaRange(0x7f_ffe0_0000L, 0x7f_ffff_ffffL));
        assertThat(allocator.allocate(PAGE, PAGE, IovaRange.ALL, Fit.LAST))
                .isEqualTo(new IovaRange(0x7f_ffdf_f000L, 0x7f_ffdf_ffffL));
        assertThat(allocator.allocate(MIB_2, MIB_2, IovaRange.ofBits(32), Fit.LAST))
                .isEqualTo(IovaRange.of(0xffe0_0000L, MIB_2));
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 0x20_0000, 0x4000_0000, 1L << 38})
    void a_chosen_range_is_aligned(long alignment) {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        assertThat(first(allocator, PAGE)).isNotNull();

        for (Fit fit : List.of(Fit.FIRST, Fit.LAST)) {
            IovaRange range = allocator.allocate(PAGE, alignment, IovaRange.ALL, fit);
            if (range != null) {
                assertThat(Long.remainderUnsigned(range.start(), alignment)).isZero();
            }
        }
        assertThat(allocator.count()).isGreaterThan(1);
    }

    @Test
    void all_of_the_space_can_be_one_range() {
        IovaAllocator allocator = new IovaAllocator(List.of(IovaRange.ALL));

        assertThat(allocator.reserve(IovaRange.ALL)).isTrue();
        assertThat(first(allocator, 1)).isNull();
        allocator.release(IovaRange.ALL);
        assertThat(allocator.allocate(PAGE, PAGE, IovaRange.ALL, Fit.LAST))
                .isEqualTo(new IovaRange(0xffff_ffff_ffff_f000L, -1));
        assertThat(allocator.reserve(new IovaRange(Long.MAX_VALUE, Long.MIN_VALUE)))
                .isTrue();
        allocator.release(new IovaRange(0xffff_ffff_ffff_f000L, -1));
        allocator.release(new IovaRange(Long.MAX_VALUE, Long.MIN_VALUE));
        assertThat(allocator.reserve(IovaRange.ALL)).isTrue();
    }

    @Test
    void aligning_up_past_the_last_address_finds_nothing() {
        IovaAllocator allocator = new IovaAllocator(List.of(new IovaRange(0xffff_ffff_ffff_f001L, -1)));

        assertThat(allocator.allocate(1, PAGE, IovaRange.ALL, Fit.FIRST)).isNull();
        assertThat(allocator.allocate(1, PAGE, IovaRange.ALL, Fit.LAST)).isNull();
        assertThat(allocator.allocate(1, 1, IovaRange.ALL, Fit.LAST)).isEqualTo(new IovaRange(-1, -1));
    }

    @Test
    void a_range_that_is_taken_cannot_be_reserved_and_is_named() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        assertThat(allocator.reserve(new IovaRange(0x2000, 0x3fff))).isTrue();

        assertThat(allocator.reserve(new IovaRange(0x3000, 0x4fff))).isFalse();
        assertThat(allocator.conflict(new IovaRange(0x3000, 0x4fff))).isEqualTo(new IovaRange(0x2000, 0x3fff));
        assertThat(allocator.conflict(new IovaRange(0x0, 0x2000))).isEqualTo(new IovaRange(0x2000, 0x3fff));
        assertThat(allocator.conflict(new IovaRange(0x4000, 0x4fff))).isNull();
    }

    @Test
    void ranges_given_back_grow_together_again() {
        IovaAllocator allocator = new IovaAllocator(List.of(IovaRange.of(0x1000, 4 * PAGE)));
        for (int i = 1; i <= 4; i++) {
            assertThat(allocator.reserve(IovaRange.of(i * PAGE, PAGE))).isTrue();
        }

        allocator.release(IovaRange.of(2 * PAGE, PAGE));
        allocator.release(IovaRange.of(4 * PAGE, PAGE));
        assertThat(first(allocator, 2 * PAGE)).isNull();
        allocator.release(IovaRange.of(3 * PAGE, PAGE));
        allocator.release(IovaRange.of(PAGE, PAGE));

        assertThat(first(allocator, 4 * PAGE)).isEqualTo(IovaRange.of(0x1000, 4 * PAGE));
    }

    @Test
    void gaps_of_two_usable_ranges_do_not_grow_together() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        assertThat(allocator.reserve(IovaRange.of(0xfedf_f000L, PAGE))).isTrue();
        assertThat(allocator.reserve(IovaRange.of(0xfef0_0000L, PAGE))).isTrue();
        allocator.release(IovaRange.of(0xfedf_f000L, PAGE));
        allocator.release(IovaRange.of(0xfef0_0000L, PAGE));

        assertThat(allocator.reserve(new IovaRange(0xfedf_f000L, 0xfef0_0fffL))).isFalse();
    }

    @Test
    void only_what_was_given_out_can_be_given_back() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        assertThat(allocator.reserve(IovaRange.of(0x1000, 2 * PAGE))).isTrue();

        assertThatThrownBy(() -> allocator.release(IovaRange.of(0x1000, PAGE)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0x1000..0x1fff");
        assertThatThrownBy(() -> allocator.release(IovaRange.of(0x2000, PAGE)))
                .isInstanceOf(IllegalStateException.class);
        allocator.release(IovaRange.of(0x1000, 2 * PAGE));
        assertThatThrownBy(() -> allocator.release(IovaRange.of(0x1000, 2 * PAGE)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void usable_ranges_may_shrink_around_what_is_given_out() {
        IovaAllocator allocator = new IovaAllocator(List.of(IovaRange.ALL));
        assertThat(allocator.reserve(IovaRange.of(0x10_0000, PAGE))).isTrue();

        assertThat(allocator.limit(INTEL_39)).isNull();
        assertThat(allocator.usable()).isEqualTo(INTEL_39);
        assertThat(allocator.reserve(IovaRange.of(0xfee0_0000L, PAGE))).isFalse();
        assertThat(allocator.reserve(IovaRange.of(0x10_0000, PAGE))).isFalse();
        allocator.release(IovaRange.of(0x10_0000, PAGE));
        assertThat(allocator.reserve(new IovaRange(0, 0xfedf_ffffL))).isTrue();
    }

    @Test
    void usable_ranges_may_not_shrink_away_from_what_is_given_out() {
        IovaAllocator allocator = new IovaAllocator(List.of(IovaRange.ALL));
        IovaRange inTheWindow = IovaRange.of(0xfee0_0000L, PAGE);
        assertThat(allocator.reserve(inTheWindow)).isTrue();

        assertThat(allocator.limit(INTEL_39)).isEqualTo(inTheWindow);
        assertThat(allocator.usable()).containsExactly(IovaRange.ALL);
        assertThat(allocator.reserve(IovaRange.of(0xfee0_1000L, PAGE))).isTrue();
    }

    @Test
    void usable_ranges_are_sorted_and_merged() {
        IovaAllocator allocator = new IovaAllocator(List.of(
                new IovaRange(0x8000, -1),
                new IovaRange(0x3000, 0x3fff),
                new IovaRange(0x2000, 0x2fff),
                new IovaRange(0x3800, 0x4fff),
                new IovaRange(0x9000, 0x9fff)));

        assertThat(allocator.usable()).containsExactly(new IovaRange(0x2000, 0x4fff), new IovaRange(0x8000, -1));
    }

    @Test
    void the_description_names_what_is_usable_and_the_largest_part_that_is_left() {
        IovaAllocator allocator = new IovaAllocator(INTEL_39);
        assertThat(allocator.reserve(new IovaRange(0, 0xfff_ffffL))).isTrue();

        assertThat(allocator.describe(IovaRange.ofBits(29)))
                .contains("0x0..0x1fffffff")
                .contains("largest free part in it 0x10000000..0x1fffffff")
                .contains("0xfef00000..0x7fffffffff")
                .contains("1 ranges in use");
        assertThat(allocator.describe(IovaRange.ofBits(28))).contains("nothing free in it");
    }

    private static IovaRange first(IovaAllocator allocator, long length) {
        return allocator.allocate(length, length == 1 ? 1 : PAGE, IovaRange.ALL, Fit.FIRST);
    }
}
