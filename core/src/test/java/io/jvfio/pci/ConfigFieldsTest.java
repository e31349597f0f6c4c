// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.FieldValue;
import io.jvfio.pci.config.VitalProductData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Typed writes to a live function, and vital product data read through its registers. */
class ConfigFieldsTest {
    private static final int VPD = 0x60;

    private final ConfigBytes bytes = new ConfigBytes(4096);
    private final ConfigSpace config = ConfigSpace.of(bytes, 4096, "0000:01:00.0");

    @Test
    void a_field_is_written_with_what_the_register_reads_now() {
        bytes.put(6, 2, 0x10)
                .put(0x34, 1, 0x40)
                .put(0x40, 2, 0x10)
                .put(0x42, 2, 2)
                .put(0x48, 2, 0x2010);
        FieldValue size = express().register("DevCtl").field("MaxReadReq");
        bytes.put(0x48, 2, 0x2c1f);

        config.write(size, 5);

        assertThat(config.read16(0x48)).isEqualTo(0x5c1f);
        assertThat(config.read16(0x4a)).isZero();
    }

    @Test
    void clearing_one_error_keeps_the_others() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x40).put(0x40, 2, 0x10).put(0x42, 2, 2);
        Port port = new Port(0x4a, 0x000f);
        ConfigSpace space = ConfigSpace.of(port, 4096, "x");

        space.write(express().register("DevSta").field("FatalErr"), 1);

        assertThat(port.written).containsExactly(0x0004L);
        assertThat(port.widths).containsExactly(2);
    }

    @Test
    void a_register_of_eight_bytes_is_written_in_halves() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x40).put(0x40, 2, 0x05).put(0x42, 2, 0x0080);
        FieldValue address = ConfigContents.of(config)
                .capability(0x05)
                .orElseThrow()
                .register("Address")
                .field("Address");

        config.write(address, 0x1234567890L >>> 2);

        assertThat(config.read32(0x44)).isEqualTo(0x34567890);
        assertThat(config.read32(0x48)).isEqualTo(0x12);
    }

    @Test
    void a_refused_write_changes_nothing() {
        bytes.put(6, 2, 0x10).put(0x34, 1, 0x40).put(0x40, 2, 0x10);
        int before = bytes.writes;

        assertThatThrownBy(() -> config.write(express().register("DevCap").field("ExtTag"), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.write(express().register("DevCtl").field("ExtTag"), 2))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(bytes.writes).isEqualTo(before);
        config.modify16(0x48, 1, 1);
        assertThat(config.read16(0x48)).isEqualTo(1);
    }

    @Test
    void vital_product_data_is_read_four_bytes_at_a_time() {
        bytes.put(6, 2, 0x10).put(0x34, 1, VPD).put(VPD, 2, 0x03);
        byte[] data = "\u0082\u0004\0card\u0090\u0005\0SN\u0002A1x".getBytes(StandardCharsets.ISO_8859_1);
        ConfigSpace space = ConfigSpace.of(new VpdPort(data, 3), 4096, "x");

        VitalProductData vpd = space.vitalProductData().orElseThrow();

        assertThat(vpd.identifier()).isEqualTo("card");
        assertThat(vpd.keyword("SN")).contains("A1");
        assertThat(vpd.problem()).isEmpty();
    }

    @Test
    void a_device_that_does_not_hand_it_out_is_not_waited_for_long() {
        bytes.put(6, 2, 0x10).put(0x34, 1, VPD).put(VPD, 2, 0x03);
        long start = System.nanoTime();

        VitalProductData vpd = ConfigSpace.of(new VpdPort(new byte[0], Integer.MAX_VALUE), 4096, "x")
                .vitalProductData()
                .orElseThrow();

        assertThat(vpd.problem()).isEqualTo("no more bytes at 0x0");
        assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
    }

    @Test
    void without_the_capability_there_is_none() {
        assertThat(config.vitalProductData()).isEmpty();
    }

    private Capability express() {
        return ConfigContents.of(config).capability(0x10).orElseThrow();
    }

    /** A register that keeps what is written to it apart from what it reads. */
    private static final class Port implements RegisterPort {
        private final long offset;
        private final long value;
        private final List<Long> written = new ArrayList<>();
        private final List<Integer> widths = new ArrayList<>();

        Port(long offset, long value) {
            this.offset = offset;
            this.value = value;
        }

        @Override
        public long read(long at, int width) {
            assertThat(at).isEqualTo(offset);
            return value;
        }

        @Override
        public void write(long at, int width, long written) {
            assertThat(at).isEqualTo(offset);
            this.written.add(written);
            widths.add(width);
        }
    }

    /** Config space whose VPD registers work, with a flag that comes after some reads. */
    private final class VpdPort implements RegisterPort {
        private final byte[] data;
        private final int delay;
        private int address;
        private int reads;

        VpdPort(byte[] data, int delay) {
            this.data = data;
            this.delay = delay;
        }

        @Override
        public long read(long offset, int width) {
            if (offset == VPD + 2) {
                return ++reads > delay ? address | 0x8000 : address;
            }
            if (offset == VPD + 4) {
                assertThat(width).isEqualTo(4);
                long value = 0;
                for (int i = 3; i >= 0; i--) {
                    int at = address + i;
                    value = value << 8 | (at < data.length ? data[at] & 0xff : 0x78);
                }
                return value;
            }
            return bytes.read(offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            assertThat(offset).isEqualTo(VPD + 2);
            assertThat(value % 4).isZero();
            address = (int) value;
            reads = 0;
        }
    }
}
