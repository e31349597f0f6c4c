// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZfsLabelTest {
    private static final int LIST = 0x4000;

    /** A label with its uberblock at the last place, as {@code zdb -l} shows them. */
    static byte[] label(String pool) {
        ByteBuffer label = ByteBuffer.allocate(ZfsLabel.BYTES);
        label.position(LIST);
        label.put(new byte[] {1, 1, 0, 0}).putInt(0).putInt(1);
        number(label, "version", 5000);
        ByteBuffer value = ByteBuffer.allocate(64);
        text(value, pool);
        pair(label, "name", 9, value);
        number(label, "state", 0);
        label.putLong(0);
        uberblock(label, ByteOrder.LITTLE_ENDIAN);
        return label.array();
    }

    private static void uberblock(ByteBuffer label, ByteOrder order) {
        label.order(order).putLong(ZfsLabel.BYTES - 1024, 0x00bab10cL).order(ByteOrder.BIG_ENDIAN);
    }

    private static void number(ByteBuffer label, String name, long value) {
        pair(label, name, 8, ByteBuffer.allocate(Long.BYTES).putLong(value));
    }

    private static void pair(ByteBuffer label, String name, int type, ByteBuffer value) {
        ByteBuffer body = ByteBuffer.allocate(256);
        text(body, name);
        body.putInt(type).putInt(1).put(value.flip()).flip();
        label.putInt(8 + body.limit()).putInt(64).put(body);
    }

    private static void text(ByteBuffer target, String text) {
        target.putInt(text.length()).put(text.getBytes(StandardCharsets.ISO_8859_1));
        target.put(new byte[-text.length() & 3]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tank", "t", "rpool-2.b:c d_e"})
    void the_pool_is_named(String pool) {
        assertThat(ZfsLabel.pool(label(pool))).isEqualTo(pool);
        assertThat(DiskSignature.of(label(pool))).contains("ZFS pool " + pool);
    }

    @Test
    void a_label_of_a_big_endian_host_is_one_too() {
        byte[] label = label("tank");
        uberblock(ByteBuffer.wrap(label), ByteOrder.BIG_ENDIAN);

        assertThat(ZfsLabel.pool(label)).isEqualTo("tank");
    }

    @Test
    void what_was_on_the_disk_before_does_not_hide_it() {
        byte[] label = label("tank");
        label[0x438] = 'S';
        label[0x439] = (byte) 0xef;

        assertThat(DiskSignature.of(label)).contains("ZFS pool tank");
        label[LIST] = 0;
        assertThat(DiskSignature.of(label)).contains("ext2/3/4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc", "", "1st", "a/b", "a\nb"})
    void what_is_no_name_of_a_pool_is_not_taken_for_one(String pool) {
        assertThat(ZfsLabel.pool(label(pool))).isEmpty();
        assertThat(DiskSignature.of(label(pool))).contains("ZFS pool");
    }

    @Test
    void without_an_uberblock_or_cut_short_it_is_none() {
        byte[] label = label("tank");
        label[ZfsLabel.BYTES - 1024] = 0;

        assertThat(ZfsLabel.pool(label)).isNull();
        assertThat(ZfsLabel.pool(new byte[0])).isNull();
        assertThat(ZfsLabel.pool(new byte[ZfsLabel.BYTES])).isNull();
    }

    @Test
    void garbage_ends_with_no_name() {
        Random random = new Random(42);
        for (int i = 0; i < 2_000; i++) {
            byte[] label = label("tank");
            for (int change = 0; change < 4; change++) {
                label[LIST + random.nextInt(200)] = (byte) random.nextInt();
            }
            assertThat(ZfsLabel.pool(label)).isNotNull();
        }
    }
}
