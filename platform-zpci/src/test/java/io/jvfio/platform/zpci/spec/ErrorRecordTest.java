// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The record of an error event, bit by bit. */
class ErrorRecordTest {
    private static final String HEX = "00000000 80020000 00000010 a123 ff 02 00000001deadb000 00000000 0000 0004";

    private static final ErrorRecord RECORD =
            new ErrorRecord(0x8002_0000, 0x10, 0xa, 0x123, 0xff, true, false, 0x1_dead_b000L, 4);

    @Test
    void each_field_is_where_the_machine_has_it() {
        assertThat(ErrorRecord.parse(Observed.bytes(HEX))).isEqualTo(RECORD);
        assertThat(HexFormat.of().formatHex(RECORD.bytes())).isEqualTo(HEX.replace(" ", ""));
    }

    @Test
    void reserved_bits_and_bytes_behind_it_do_not_matter() {
        String noisy = "ffffffff 80020000 00000010 a123 ff fe 00000001deadb000 ffffffff ffff 0004 ffffffff";
        assertThat(ErrorRecord.parse(Observed.bytes(noisy))).isEqualTo(RECORD);
    }

    @Test
    void each_bit_of_a_field_is_its_own() {
        for (int bit = 0; bit < 32; bit++) {
            byte[] bytes = new byte[ErrorRecord.SIZE];
            bytes[12 + 3 - bit / 8] = (byte) (1 << bit % 8);
            ErrorRecord record = ErrorRecord.parse(MemorySegment.ofArray(bytes));
            assertThat(record.rw()).isEqualTo(bit == 0);
            assertThat(record.q()).isEqualTo(bit == 1);
            assertThat(record.dmaas()).isEqualTo(bit >= 8 && bit < 16 ? 1 << bit - 8 : 0);
            assertThat(record.mvn()).isEqualTo(bit >= 16 && bit < 28 ? 1 << bit - 16 : 0);
            assertThat(record.ett()).isEqualTo(bit >= 28 ? 1 << bit - 28 : 0);
        }
    }

    @Test
    void a_record_that_is_short_or_numbers_that_do_not_fit_are_refused() {
        assertThatThrownBy(() -> ErrorRecord.parse(MemorySegment.ofArray(new byte[31])))
                .isInstanceOf(MalformedZpciException.class);
        assertThatThrownBy(() -> new ErrorRecord(0, 0, 0x10, 0, 0, false, false, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ett");
        assertThatThrownBy(() -> new ErrorRecord(0, 0, 0, 0, 0, false, false, 0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pec");
    }

    @Test
    void codes_have_names_and_two_are_for_good() {
        assertThat(ErrorCode.text(4)).isEqualTo("translation protection");
        assertThat(ErrorCode.text(0x999)).isEqualTo("event 0x999");
        for (int code = 0; code < 0x400; code++) {
            assertThat(ErrorCode.permanent(code)).isEqualTo(code == 0x3b || code == 0x40);
            assertThat(ErrorCode.measurement(code)).isEqualTo(code >= 0x2a && code <= 0x2c);
            assertThat(ErrorCode.text(code)).isNotBlank();
        }
        assertThat(FunctionType.text(FunctionType.ISM)).isEqualTo("ISM");
        assertThat(FunctionType.text(0xee)).isEqualTo("type 0xee");
    }
}
