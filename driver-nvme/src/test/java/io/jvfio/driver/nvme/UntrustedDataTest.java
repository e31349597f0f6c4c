// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.IdentifyController;
import io.jvfio.driver.nvme.spec.IdentifyNamespace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a controller says of itself is checked, or taken for what it is. */
final class UntrustedDataTest {
    private static final long GOOD = ControllerRegisters.CAP_MQES.set(
            ControllerRegisters.CAP_CSS.set(ControllerRegisters.CAP_TO.set(0L, 4), 1), 1023);

    private final MemorySegment identify = MemorySegment.ofArray(new byte[Cns.SIZE]);

    @Test
    void a_good_CAP_is_taken_apart() {
        long cap = ControllerRegisters.CAP_MPSMAX.set(ControllerRegisters.CAP_DSTRD.set(GOOD, 3), 4);
        assertThat(ControllerCaps.of(cap, 0, "fake"))
                .isEqualTo(new ControllerCaps(1024, Duration.ofMillis(2500), Duration.ofMillis(2500), 3, 4096, false));
    }

    @Test
    void a_CAP_that_cannot_be_is_refused() {
        assertFailed(ControllerRegisters.CAP_MPSMIN.set(GOOD, 1), "memory pages");
        assertFailed(
                ControllerRegisters.CAP_MPSMAX.set(ControllerRegisters.CAP_MPSMIN.set(GOOD, 9), 15), "memory pages");
        assertFailed(ControllerRegisters.CAP_CSS.set(GOOD, 0x80), "no NVM command set");
    }

    @Test
    void what_CAP_says_wrongly_is_made_the_best_of() {
        assertThat(ControllerCaps.of(ControllerRegisters.CAP_MQES.set(GOOD, 0), 0, "fake")
                        .maxEntries())
                .isEqualTo(2);
        assertThat(ControllerCaps.of(ControllerRegisters.CAP_CSS.set(GOOD, 0), 0, "fake")
                        .maxEntries())
                .isEqualTo(1024);
    }

    @Test
    void the_longer_of_both_times_to_become_ready_counts() {
        assertThat(ControllerCaps.of(GOOD, 60, "fake").readyTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(ControllerCaps.of(GOOD, 1, "fake").readyTimeout()).isEqualTo(Duration.ofMillis(2500));
        ControllerCaps slow = ControllerCaps.of(GOOD, 60, "fake");
        assertThat(slow.startLimit(Duration.ofMinutes(1))).isEqualTo(Duration.ofSeconds(30));
        assertThat(slow.startLimit(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
        assertThat(slow.startLimit(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(2500));
    }

    @ParameterizedTest(name = "CRTO {0} s, user {1} s: {2} s")
    @CsvSource({"0, 120, 30", "60, 120, 60", "200, 120, 120", "60, 5, 5", "0, 0, 0"})
    void waiting_goes_by_the_controller_and_the_user(int crto, int user, int expected) {
        ControllerCaps capabilities = ControllerCaps.of(GOOD, 2 * crto, "fake");
        NvmeOptions options = NvmeOptions.defaults().withReadyTimeout(Duration.ofSeconds(user));
        assertThat(Retries.of(options, capabilities, List.of()).readyNanos())
                .isEqualTo(Duration.ofSeconds(expected).toNanos());
    }

    private static void assertFailed(long cap, String reason) {
        assertThatThrownBy(() -> ControllerCaps.of(cap, 0, "fake"))
                .isInstanceOf(ControllerFailedException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest(name = "MDTS {0}: {1}")
    @CsvSource({"0, 2147483647", "1, 8192", "7, 524288", "18, 1073741824", "19, 2147483647", "255, 2147483647"})
    void the_largest_transfer_does_not_overflow(int mdts, int bytes) {
        IdentifyController.MDTS.set(identify, mdts);
        assertThat(ControllerInfo.of(identify, 0x10400, 4096).maxTransfer()).isEqualTo(bytes);
    }

    @ParameterizedTest(name = "block 2^{0}, metadata {1}, {2} blocks, format {3}: {4}")
    @CsvSource({
        "9, 0, 0x1000, 0, ''",
        "12, 0, 0x1000, 0, ''",
        "16, 0, 0x1000, 0, ''",
        "8, 0, 0x1000, 0, blocks of no size",
        "17, 0, 0x1000, 0, blocks of no size",
        "63, 0, 0x1000, 0, blocks of no size",
        "9, 8, 0x1000, 0, metadata",
        "9, 0, 0x1000, 3, its format 3 is not among",
        "9, 0, 0x4000000000000000, 0, claims",
        "9, 0, -1, 0, claims"
    })
    void a_namespace_that_cannot_be_used_has_a_problem(
            int shift, int metadata, String blocks, int format, String problem) {
        IdentifyNamespace.NSZE.set(identify, Long.decode(blocks));
        IdentifyNamespace.FLBAS.set(identify, format);
        int lbaf = IdentifyNamespace.LBAF_MS.set(IdentifyNamespace.LBAF_LBADS.set(0, shift), metadata);
        IdentifyNamespace.format(0).set(identify, lbaf);
        NamespaceInfo info = NamespaceInfo.of(1, identify);
        assertThat(info.usable()).isEqualTo(problem.isEmpty());
        assertThat(info.problem()).contains(problem);
        assertThat(info.size()).isGreaterThanOrEqualTo(0);
    }

    @Test
    void any_bytes_can_be_read() {
        Random random = new Random(14);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[Cns.SIZE];
            random.nextBytes(bytes);
            MemorySegment.copy(bytes, 0, identify, ValueLayout.JAVA_BYTE, 0, bytes.length);
            NamespaceInfo namespace = NamespaceInfo.of(1, identify);
            assertThat(namespace.size()).isGreaterThanOrEqualTo(0);
            ControllerInfo controller = ControllerInfo.of(identify, random.nextInt(), 4096);
            assertThat(controller.maxTransfer()).isGreaterThanOrEqualTo(4096);
            assertThat(controller.model()).matches("[ -~]*");
        }
    }

    @Test
    void a_block_that_is_not_what_it_should_be_says_what_it_is() {
        MemorySegment memory = MemorySegment.ofArray(new byte[4 * 512]);
        BlockPattern pattern = new BlockPattern(512, 3);
        assertThat(pattern.explain(memory, 0, 7)).isEqualTo("block 0x7 of generation 3 holds zeroes");
        pattern.fill(memory, 0, 7, 4);
        assertThat(pattern.mismatch(memory, 0, 7, 4)).isEqualTo(-1);
        assertThat(pattern.next().mismatch(memory, 0, 7, 4)).isZero();
        assertThat(pattern.mismatch(memory, 512, 7, 1)).isZero();
        assertThat(pattern.explain(memory, 512, 7))
                .isEqualTo("block 0x7 of generation 3 holds block 0x8 of generation 3");
        memory.set(ValueLayout.JAVA_BYTE, 3 * 512 + 511, (byte) 1);
        assertThat(pattern.mismatch(memory, 0, 7, 4)).isEqualTo(3);
        assertThat(pattern.explain(memory, 3 * 512, 10)).endsWith("holds block 0xa of generation 3, damaged");
        memory.fill((byte) 0x11);
        assertThat(pattern.explain(memory, 0, 7)).contains("holds other data, 0x1111111111111111 first");
    }
}
