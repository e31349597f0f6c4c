// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlineTest {

    @Test
    void what_is_left_is_rounded_up_to_milliseconds() {
        assertThat(Deadline.millis(Deadline.after(1, 0), 0)).isEqualTo(1);
        assertThat(Deadline.millis(Deadline.after(1_000_000, 0), 0)).isEqualTo(1);
        assertThat(Deadline.millis(Deadline.after(1_000_001, 0), 0)).isEqualTo(2);
        assertThat(Deadline.millis(Deadline.after(0, 0), 0)).isZero();
    }

    @Test
    void a_deadline_that_has_passed_leaves_nothing() {
        long deadline = Deadline.after(10, 100);
        assertThat(Deadline.passed(deadline, 109)).isFalse();
        assertThat(Deadline.passed(deadline, 110)).isTrue();
        assertThat(Deadline.millis(deadline, 10_000_000)).isZero();
    }

    @Test
    void a_negative_time_out_never_ends() {
        long deadline = Deadline.after(-1, 5);
        assertThat(Deadline.millis(deadline, Long.MAX_VALUE)).isEqualTo(-1);
        assertThat(Deadline.passed(deadline, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void the_clock_may_be_near_its_end_and_the_time_out_endless() {
        for (long now : new long[] {Long.MAX_VALUE - 5, Long.MIN_VALUE, -1, 0, Long.MIN_VALUE / 2}) {
            long soon = Deadline.after(10, now);
            assertThat(Deadline.passed(soon, now)).isFalse();
            assertThat(Deadline.passed(soon, now + 11)).isTrue();
            long late = Deadline.after(Long.MAX_VALUE, now);
            assertThat(Deadline.passed(late, now)).isFalse();
            assertThat(Deadline.millis(late, now)).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void a_real_deadline_is_never_taken_for_the_endless_one() {
        long deadline = Deadline.after(10, Long.MIN_VALUE - 10);
        assertThat(Deadline.passed(deadline, Long.MIN_VALUE + 1)).isTrue();
    }
}
