// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PollingTest {
    private static final Register32 STATUS = Register32.at(0x1c);
    private static final Register64 WIDE = Register64.at(0x20);
    private static final Field READY = Field.bits(3, 2);
    private static final Field HIGH = Field.bits(63, 62);

    /** Answers with another value from the n-th read on. */
    private static final class Ripening implements RegisterPort {
        private final long readsBefore;
        private long reads;

        Ripening(long readsBefore) {
            this.readsBefore = readsBefore;
        }

        @Override
        public long read(long offset, int width) {
            return reads++ < readsBefore ? 0x4 : 0x8000000000000008L;
        }

        @Override
        public void write(long offset, int width, long value) {
            throw new AssertionError("polling must not write");
        }
    }

    @Test
    void a_field_that_has_its_value_is_read_once() {
        Ripening port = new Ripening(0);
        Mmio mmio = Mmio.of(port, 0x40, "BAR 0");
        assertThat(mmio.awaitField(STATUS, READY, 2, Duration.ZERO)).isTrue();
        assertThat(port.reads).isEqualTo(1);
    }

    @Test
    void fields_of_small_registers_are_awaited_in_accesses_of_their_width() {
        List<Integer> widths = new ArrayList<>();
        RegisterPort port = new RegisterPort() {
            @Override
            public long read(long offset, int width) {
                widths.add(width);
                return widths.size() < 3 ? 0 : 1L << 8 * width - 1;
            }

            @Override
            public void write(long offset, int width, long value) {
                throw new AssertionError("polling must not write");
            }
        };
        Mmio mmio = Mmio.of(port, 0x40, "BAR 0");
        assertThat(mmio.awaitField(Register8.at(0x13), Field.bit(7), 1, Duration.ofSeconds(20)))
                .isTrue();
        assertThat(mmio.awaitField(Register16.at(0x12), Field.bits(15, 14), 2, Duration.ofSeconds(20)))
                .isTrue();
        assertThat(widths).containsExactly(1, 1, 1, 2);
    }

    @Test
    void a_field_is_awaited_beyond_the_reads_without_pause() {
        Ripening port = new Ripening(100);
        assertThat(Mmio.of(port, 0x40, "BAR 0").awaitField(STATUS, READY, 2, Duration.ofDays(1_000_000)))
                .isTrue();
        assertThat(port.reads).isEqualTo(101);
    }

    @Test
    void a_field_of_a_big_endian_register_is_awaited_where_it_stands_there() {
        // Little-endian 8 and 0x8000000000000008: the lowest byte of these is the highest of a big-endian register.
        Mmio mmio = Mmio.of(new Ripening(3), 0x40, "BAR 0");
        assertThat(mmio.awaitField(BigRegister32.at(0x1c), Field.bits(27, 26), 2, Duration.ofSeconds(20)))
                .isTrue();
        mmio = Mmio.of(new Ripening(3), 0x40, "BAR 0");
        assertThat(mmio.awaitField(BigRegister64.at(0x20), Field.bits(7, 7), 1, Duration.ofSeconds(20)))
                .isTrue();
        mmio = Mmio.of(new Ripening(0), 0x40, "BAR 0");
        assertThat(mmio.awaitField(BigRegister32.at(0x1c), READY, 2, Duration.ZERO))
                .isFalse();
        assertThat(mmio.awaitField(BigRegister64.at(0x20), HIGH, 2, Duration.ZERO))
                .isFalse();
    }

    @Test
    void all_bits_of_a_wide_register_count() {
        assertThat(Mmio.of(new Ripening(3), 0x40, "BAR 0").awaitField(WIDE, HIGH, 2, Duration.ofSeconds(20)))
                .isTrue();
    }

    @Test
    void the_time_runs_out_as_a_value_and_not_before() {
        Ripening port = new Ripening(Long.MAX_VALUE);
        long start = System.nanoTime();
        assertThat(Mmio.of(port, 0x40, "BAR 0").awaitField(STATUS, READY, 2, Duration.ofMillis(20)))
                .isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
        assertThat(port.reads).isGreaterThan(1);
    }

    @Test
    void a_time_out_of_zero_or_less_reads_once() {
        Ripening port = new Ripening(Long.MAX_VALUE);
        Mmio mmio = Mmio.of(port, 0x40, "BAR 0");
        assertThat(mmio.awaitField(STATUS, READY, 2, Duration.ZERO)).isFalse();
        assertThat(mmio.awaitField(STATUS, READY, 2, Duration.ofDays(-1))).isFalse();
        assertThat(port.reads).isEqualTo(2);
    }

    @Test
    void an_interrupt_neither_ends_the_wait_nor_is_lost_nor_makes_it_spin() {
        Ripening port = new Ripening(Long.MAX_VALUE);
        Thread.currentThread().interrupt();
        boolean met = Mmio.of(port, 0x40, "BAR 0").awaitField(STATUS, READY, 2, Duration.ofMillis(30));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(met).isFalse();
        // 64 reads without pause, then pauses of 2 us that double up to 1 ms: about a hundred in 30 ms.
        assertThat(port.reads).isLessThan(1000);
    }

    @Test
    void a_value_that_can_never_be_is_refused() {
        Mmio mmio = Mmio.of(new Ripening(0), 0x40, "BAR 0");
        assertThatThrownBy(() -> mmio.awaitField(STATUS, READY, 4, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_wait_is_guarded_code() {
        class Guard implements FaultGuard {
            int settled;

            @Override
            public void settle() {
                settled++;
            }

            @Override
            public RuntimeException explain(Throwable failure) {
                return new ArithmeticException("explained: " + failure.getMessage());
            }
        }
        Guard guard = new Guard();
        RegisterPort failing = new RegisterPort() {
            @Override
            public long read(long offset, int width) {
                throw new InternalError("fault");
            }

            @Override
            public void write(long offset, int width, long value) {}
        };
        try (Arena arena = Arena.ofConfined()) {
            Mmio mmio = Mmio.of(failing, 0x40, "BAR 0").withWindow(arena.allocate(0x20, 8), 0, guard);
            assertThat(mmio.awaitField(STATUS, READY, 0, Duration.ZERO)).isTrue();
            assertThat(guard.settled).isEqualTo(1);
            assertThatThrownBy(() -> mmio.awaitField(WIDE, HIGH, 2, Duration.ZERO))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("explained: fault");
        }
    }
}
