// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.mmio.Register32;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Register access. */
abstract class EduRegisterContract extends EduFixture {
    private static final int BAR = 0;

    @Test
    void the_device_says_what_it_is() {
        int identification = registers.read(Edu.IDENTIFICATION);

        assertThat(Edu.MAGIC.of(identification)).isEqualTo(Edu.MAGIC_VALUE);
        assertThat(Edu.MAJOR.of(identification)).isEqualTo(1);
        assertThat(Edu.MINOR.of(identification)).isZero();
        assertThat(edu.config().vendorId()).isEqualTo(Edu.VENDOR_ID);
        assertThat(edu.config().deviceId()).isEqualTo(Edu.DEVICE_ID);
    }

    @Test
    void what_is_written_to_the_liveness_register_comes_back_inverted() {
        for (int value : new int[] {0, 1, -1, 0x12345678, Integer.MIN_VALUE}) {
            registers.write(Edu.LIVENESS, value);
            assertThat(registers.read(Edu.LIVENESS)).isEqualTo(~value);
        }
    }

    @Test
    void a_64_bit_register_is_written_in_one_access() {
        // Two halves would be refused: the second would fall on an offset where the device has no register.
        registers.write(Edu.DMA_SOURCE, 0x1122334455667788L);
        assertThat(registers.read(Edu.DMA_SOURCE)).isEqualTo(0x1122334455667788L);
    }

    @Test
    void factorials_are_computed() {
        try (EduDriver driver = EduDriver.open(edu)) {
            assertThat(driver.identification()).isEqualTo(0x010000ed);
            assertThat(driver.isAlive(42)).isTrue();
            assertThat(driver.factorial(0)).isEqualTo(1);
            assertThat(driver.factorial(5)).isEqualTo(120);
            assertThat(driver.factorial(12)).isEqualTo(479_001_600);
            assertThat(driver.factorial(13)).as("the low 32 bits of 13!").isEqualTo((int) 6_227_020_800L);
        }
    }

    @Test
    void a_field_that_does_not_change_is_waited_for_as_long_as_asked() {
        long start = System.nanoTime();
        boolean met = registers.awaitField(Edu.IDENTIFICATION, Edu.MAGIC, 0, Duration.ofMillis(20));

        assertThat(met).isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
    }

    @Test
    void an_access_outside_the_bar_does_not_reach_the_device() {
        Register32 outside = Register32.at(edu.bar(BAR).size());
        assertThatThrownBy(() -> registers.read(outside))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("0x100000");
    }
}
