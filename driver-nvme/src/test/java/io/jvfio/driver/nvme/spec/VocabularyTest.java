// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.mmio.Word32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of the specification, checked against examples worked out by hand. */
final class VocabularyTest {

    @Test
    void a_text_is_padded_and_what_a_device_sends_is_made_printable() {
        MemorySegment memory = MemorySegment.ofArray(new byte[16]);
        Text text = Text.at(4, 8);
        text.set(memory, "abc");
        assertThat(memory.asSlice(4, 8).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo("abc     ".getBytes(StandardCharsets.US_ASCII));
        assertThat(text.of(memory)).isEqualTo("abc");

        text.setTerminated(memory, "xy");
        assertThat(text.of(memory)).isEqualTo("xy");
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 11)).isZero();

        memory.fill((byte) 0x1b);
        assertThat(text.of(memory)).isEqualTo("........");
        assertThatThrownBy(() -> text.set(memory, "123456789")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> text.set(memory, "\u00e4")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "queue {0}, stride {1}: {2} and {3}")
    @CsvSource({"0, 0, 0x1000, 0x1004", "1, 0, 0x1008, 0x100c", "3, 0, 0x1018, 0x101c", "2, 4, 0x1100, 0x1140"})
    void doorbells_lie_where_the_stride_says(int queue, int stride, String submission, String completion) {
        assertThat(ControllerRegisters.submissionDoorbell(queue, stride)).isEqualTo(Long.decode(submission));
        assertThat(ControllerRegisters.completionDoorbell(queue, stride)).isEqualTo(Long.decode(completion));
    }

    @Test
    void a_version_reads_as_the_specification_writes_it() {
        assertThat(ControllerRegisters.version(1, 4, 0)).isEqualTo(0x0001_0400);
        assertThat(ControllerRegisters.version(1, 2, 1)).isEqualTo(0x0001_0201);
    }

    @Test
    void a_completion_is_published_and_acquired_as_one_dword() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment queue = arena.allocate(64, 4096);
            int status = StatusCode.LBA_OUT_OF_RANGE.finalStatus();
            CompletionEntry.publish(queue, 16, CompletionEntry.dw3(0xabcd, status, 1));

            int dw3 = CompletionEntry.acquire(queue, 16);
            assertThat(CompletionEntry.DW3_CID.of(dw3)).isEqualTo(0xabcd);
            assertThat(CompletionEntry.DW3_PHASE.of(dw3)).isEqualTo(1);
            assertThat(CompletionEntry.DW3_STATUS.of(dw3)).isEqualTo(status);
            assertThat(CompletionEntry.CID.of(queue, 16)).isEqualTo(0xabcd);
            assertThat(CompletionEntry.STATUS.of(CompletionEntry.STATUS_WORD.of(queue, 16)))
                    .isEqualTo(status);
        }
    }

    @Test
    void a_status_is_described_with_its_numbers() {
        assertThat(StatusCode.describe(0x4080)).isEqualTo("LBA out of range (type 0, code 0x80, do not retry)");
        assertThat(StatusCode.describe(0x281)).isEqualTo("unrecovered read error (type 2, code 0x81)");
        assertThat(StatusCode.describe(0x7c3)).isEqualTo("unknown status (type 7, code 0xc3)");
        assertThat(StatusCode.of(0x7c3)).isEmpty();
    }

    @Test
    void no_two_status_codes_are_the_same() {
        assertThat(Arrays.stream(StatusCode.values()).map(StatusCode::status)).doesNotHaveDuplicates();
        assertThat(StatusCode.values())
                .allSatisfy(
                        code -> assertThat(StatusCode.of(code.finalStatus())).contains(code));
    }

    @ParameterizedTest(name = "event {0}, from {2} to {1}: {3}")
    @CsvSource({
        "0, 1, 0, true",
        "1, 1, 0, false",
        "5, 5, 4, false",
        "5, 6, 5, true",
        "5, 9, 3, true",
        "9, 9, 3, false",
        "2, 9, 3, false",
        "65535, 0, 65535, true",
        "65534, 1, 65533, true",
        "3, 1, 65533, false",
        "7, 7, 7, false"
    })
    void a_doorbell_passes_an_event_in_the_values_after_the_last(int event, int now, int last, boolean passes) {
        assertThat(DoorbellBuffer.passes(event, now, last)).isEqualTo(passes);
    }

    @Test
    void formats_follow_each_other() {
        assertThat(IdentifyNamespace.format(0)).isEqualTo(Word32.at(128));
        assertThat(IdentifyNamespace.format(15)).isEqualTo(Word32.at(188));
        assertThatThrownBy(() -> IdentifyNamespace.format(64)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
