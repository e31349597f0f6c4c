// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.VitalProductData.Checksum;
import io.jvfio.pci.config.VitalProductData.Keyword;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VitalProductDataTest {
    private static final int IDENTIFIER = 0x82;
    private static final int READ_ONLY = 0x90;
    private static final int READ_WRITE = 0x91;
    private static final int END = 0x78;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void name_keywords_and_checksum_are_read() {
        resource(IDENTIFIER, "A network card");
        resource(
                READ_ONLY,
                "PN\u0004X520SN\u0006A1B2C3RV\u0002" + checksum("PN\u0004X520SN\u0006A1B2C3RV\u0002") + "\0");
        resource(READ_WRITE, "YA\u0003rowRW\u0002\0\0");
        bytes.write(END);

        VitalProductData vpd = VitalProductData.of(bytes.toByteArray());

        assertThat(vpd.identifier()).isEqualTo("A network card");
        assertThat(vpd.readOnly()).containsExactly(new Keyword("PN", "X520"), new Keyword("SN", "A1B2C3"));
        assertThat(vpd.readWrite()).containsExactly(new Keyword("YA", "row"));
        assertThat(vpd.keyword("SN")).contains("A1B2C3");
        assertThat(vpd.keyword("EC")).isEmpty();
        assertThat(vpd.checksum()).isEqualTo(Checksum.VALID);
        assertThat(vpd.problem()).isEmpty();
    }

    @Test
    void a_wrong_checksum_is_told() {
        resource(READ_ONLY, "PN\u0004X520RV\u0001\u0001");
        bytes.write(END);

        assertThat(VitalProductData.of(bytes.toByteArray()).checksum()).isEqualTo(Checksum.INVALID);
    }

    @Test
    void what_makes_no_sense_ends_the_reading_and_keeps_what_came_before() {
        resource(IDENTIFIER, "card");
        resource(READ_ONLY, "PN0X520");

        VitalProductData vpd = VitalProductData.of(bytes.toByteArray());

        assertThat(vpd.identifier()).isEqualTo("card");
        assertThat(vpd.problem()).isEqualTo("a keyword at 0xa that leaves its area");
        assertThat(VitalProductData.of(new byte[] {0x11}).problem()).isEqualTo("an unknown tag 0x11 at 0x0");
        assertThat(VitalProductData.of(new byte[0]).problem()).isEqualTo("no more bytes at 0x0");
        assertThat(VitalProductData.of(new byte[] {(byte) 0xff, 1, 0}).problem())
                .isEqualTo("an unknown tag 0xff at 0x0");
        assertThat(VitalProductData.of(offset -> IDENTIFIER).problem()).isEqualTo("no more bytes at 0x8000");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, -9})
    void any_bytes_are_read_forward_and_to_an_end(long seed) {
        Random random = new Random(seed);
        int[] tags = {IDENTIFIER, READ_ONLY, READ_WRITE, END, 0x08};
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (noise.length > 3) {
                noise[0] = (byte) tags[random.nextInt(tags.length)];
                noise[1] = (byte) random.nextInt(noise.length);
                noise[2] = 0;
            }
            int[] next = {0};
            VitalProductData vpd = VitalProductData.of(offset -> {
                assertThat(offset).isEqualTo(next[0]++);
                return offset < noise.length ? noise[offset] & 0xff : -1;
            });
            assertThat(next[0]).isLessThanOrEqualTo(noise.length + 1);
            assertThat(!vpd.problem().isEmpty() || ended(noise, next[0])).isTrue();
        }
    }

    private static boolean ended(byte[] noise, int length) {
        return (noise[length - 1] & 0xf8) == END;
    }

    private void resource(int tag, String text) {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        bytes.write(tag);
        bytes.write(data.length);
        bytes.write(data.length >> 8);
        bytes.writeBytes(data);
    }

    /** The byte that makes the sum of all up to it zero, in a read-only area of two bytes more than this text. */
    private char checksum(String text) {
        int sum = READ_ONLY + text.length() + 2;
        for (byte each : bytes.toByteArray()) {
            sum += each;
        }
        sum += text.chars().sum();
        return (char) (-sum & 0xff);
    }
}
