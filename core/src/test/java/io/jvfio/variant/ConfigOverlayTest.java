// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.pci.config.FieldAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a variant shows in config space in place of what is there. */
@Timeout(60)
class ConfigOverlayTest {
    private static final int CONFIG = PlainFunction.CONFIG;
    private static final List<FieldAccess> ACCESSES = List.of(FieldAccess.values());

    private final PlainFunction below = new PlainFunction();

    private VariantDevice device(ConfigOverlay.Builder overlay) {
        VariantDevice made = new VariantDevice(below, Additions.none().withOverlay(overlay.build())) {};
        made.writeRegister(CONFIG, 0xffc, 4, 0); // registers that reset are looked up at the first write
        below.log.clear();
        return made;
    }

    private static ConfigOverlay.Builder overlay() {
        return ConfigOverlay.builder();
    }

    /** Config space with virtual bits, bit by bit. */
    private static final class Model {
        final boolean[] virtual = new boolean[4096 * 8];
        final boolean[] shown = new boolean[4096 * 8];
        final FieldAccess[] access = new FieldAccess[4096 * 8];
        final boolean[] first = new boolean[4096 * 8];
        final boolean[] real = new boolean[4096 * 8];
        final boolean[] clearedBelow = new boolean[4096 * 8];

        long read(int offset, int width) {
            long value = 0;
            for (int i = 0; i < width * 8; i++) {
                int bit = offset * 8 + i;
                value |= (virtual[bit] ? shown[bit] : real[bit]) ? 1L << i : 0;
            }
            return value;
        }

        void write(int offset, int width, long value) {
            for (int i = 0; i < width * 8; i++) {
                int bit = offset * 8 + i;
                boolean one = (value >>> i & 1) != 0;
                if (virtual[bit]) {
                    switch (access[bit]) {
                        case RW, RWS -> shown[bit] = one;
                        case RW1C, RW1CS -> shown[bit] &= !one;
                        default -> {
                            // Stays.
                        }
                    }
                } else if (clearedBelow[bit]) {
                    real[bit] &= !one;
                } else {
                    real[bit] = one;
                }
            }
        }

        void reset() {
            for (int bit = 0; bit < shown.length; bit++) {
                FieldAccess known = access[bit];
                boolean sticky = known == FieldAccess.ROS || known == FieldAccess.RWS || known == FieldAccess.RW1CS;
                if (known != null && !sticky) {
                    shown[bit] = first[bit];
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void registers_of_any_width_and_place_are_as_in_a_model_of_single_bits(long seed) {
        Random random = new Random(seed);
        Model model = new Model();
        ConfigOverlay.Builder overlay = overlay();
        for (int at = 0x100; at < 0x140; at++) {
            int cleared = random.nextInt(3) == 0 ? random.nextInt(256) : 0;
            int value = random.nextInt(256);
            below.put(at, 1, value);
            below.cleared[at] = (byte) cleared;
            overlay.clearedByOnes(at, 1, cleared);
            for (int i = 0; i < 8; i++) {
                model.real[at * 8 + i] = (value >> i & 1) != 0;
                model.clearedBelow[at * 8 + i] = (cleared >> i & 1) != 0;
            }
        }
        for (int i = 0; i < 24; i++) {
            int width = 1 << random.nextInt(3);
            int at = 0x100 + random.nextInt(0x40 - width + 1);
            int mask = random.nextInt();
            int value = random.nextInt();
            FieldAccess access = ACCESSES.get(random.nextInt(ACCESSES.size()));
            overlay.bits(at, width, mask, value, access);
            for (int bit = 0; bit < width * 8; bit++) {
                if ((mask >>> bit & 1) != 0) {
                    int place = at * 8 + bit;
                    model.virtual[place] = true;
                    model.access[place] = access;
                    model.first[place] = (value >>> bit & 1) != 0;
                    model.shown[place] = model.first[place];
                }
            }
        }
        VariantDevice device = device(overlay);
        for (int step = 0; step < 5000; step++) {
            int width = 1 << random.nextInt(4);
            int at = 0x100 + random.nextInt(0x40 - width + 1);
            long value = random.nextLong();
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    device.writeRegister(CONFIG, at, width, value);
                    model.write(at, width, value);
                }
                case 3 -> {
                    long mask = random.nextLong();
                    long old = model.read(at, width);
                    assertThat(device.modifyRegister(CONFIG, at, width, mask, value))
                            .isEqualTo(old);
                    // Bits of others are written as they are there, which those here do not show.
                    long real = 0;
                    for (int i = 0; i < width * 8; i++) {
                        int bit = at * 8 + i;
                        boolean kept = model.virtual[bit] ? model.shown[bit] : model.real[bit];
                        real |= ((mask >>> i & 1) != 0 ? value >>> i & 1 : kept ? 1 : 0) << i;
                    }
                    model.write(at, width, real);
                }
                case 4 -> {
                    if (random.nextInt(50) == 0) {
                        device.reset();
                        model.reset();
                    }
                }
                case 5 -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment bytes = arena.allocate(width + 3L);
                        int room = Math.min(width + 3, 0x140 - at);
                        device.read(CONFIG, at, bytes);
                        for (int i = 0; i < room; i++) {
                            assertThat(bytes.get(ValueLayout.JAVA_BYTE, i) & 0xffL)
                                    .isEqualTo(model.read(at + i, 1));
                        }
                    }
                }
                default ->
                    assertThat(device.readRegister(CONFIG, at, width))
                            .as("step %s at %x", step, at)
                            .isEqualTo(model.read(at, width));
            }
        }
        for (int at = 0x100; at < 0x140; at++) {
            long real = 0;
            for (int i = 0; i < 8; i++) {
                int bit = at * 8 + i;
                if (!model.virtual[bit]) {
                    real |= model.real[bit] ? 1 << i : 0;
                } else {
                    real |= PlainFunction.get(below.config, at, 1) & 1L << i;
                }
            }
            assertThat(PlainFunction.get(below.config, at, 1)).isEqualTo(real);
        }
    }

    @Test
    void a_write_beside_virtual_bits_clears_nothing_below_that_is_cleared_by_ones() {
        // Status: bits 8 and 11 to 15 are cleared by ones; what is virtual of it is a 1 here and there.
        below.put(6, 2, 0xf900);
        below.cleared[7] = (byte) 0xf9;
        VariantDevice device = device(overlay().bits(6, 2, 0x8000, 0x8000, FieldAccess.RW1C));
        device.writeRegister(CONFIG, 4, 4, 0x8000_0007L);
        assertThat(below.log).containsExactly("m4 4=7/ffffffff");
        assertThat(PlainFunction.get(below.config, 6, 2)).isEqualTo(0xf900);
        assertThat(device.readRegister(CONFIG, 6, 2)).isEqualTo(0x7900);
        device.writeRegister(CONFIG, 6, 2, 0x4000);
        assertThat(PlainFunction.get(below.config, 6, 2)).isEqualTo(0xb900);
    }

    @Test
    void an_access_goes_below_once_as_it_came_and_only_if_it_touches_what_is_there() {
        VariantDevice device = device(overlay().register(0x82, 2, 0xabcd, FieldAccess.RW));
        below.put(0x80, 4, 0x1111_2222);
        assertThat(device.readRegister(CONFIG, 0x80, 4)).isEqualTo(0xabcd_2222L);
        assertThat(device.readRegister(CONFIG, 0x80, 8)).isEqualTo(0xabcd_2222L);
        assertThat(device.readRegister(CONFIG, 0x82, 2)).isEqualTo(0xabcd);
        assertThat(device.readRegister(CONFIG, 0x83, 1)).isEqualTo(0xab);
        assertThat(below.log).containsExactly("r4 80", "r8 80");
        below.log.clear();
        device.writeRegister(CONFIG, 0x80, 2, 0x3333);
        device.writeRegister(CONFIG, 0x7d, 4, -1);
        device.writeRegister(CONFIG, 0x82, 2, 0x4444);
        device.writeRegister(CONFIG, 0x83, 1, 0x55);
        device.writeRegister(CONFIG, 0x81, 4, 0x6677_8899L);
        assertThat(below.log).containsExactly("w2 80=3333", "w4 7d=ffffffff", "m4 81=66000099/ff0000ff");
        assertThat(device.readRegister(CONFIG, 0x82, 2)).isEqualTo(0x7788);
        below.log.clear();
        assertThat(device.modifyRegister(CONFIG, 0x82, 2, 0xff, 0)).isEqualTo(0x7788);
        device.modifyRegister(CONFIG, 0x90, 4, 0xf0, 0xff);
        assertThat(below.log).containsExactly("m4 90=ff/f0");
        assertThat(device.readRegister(CONFIG, 0x82, 2)).isEqualTo(0x7700);
    }

    @Test
    void accesses_outside_are_refused() {
        VariantDevice device = device(overlay().register(0x80, 4, 0, FieldAccess.RW));
        assertThatThrownBy(() -> device.readRegister(CONFIG, 0xffe, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.writeRegister(CONFIG, -1, 4, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> device.readRegister(CONFIG, 0x80, 3));
        device.close();
        assertThatIllegalStateException().isThrownBy(() -> device.readRegister(CONFIG, 0x80, 4));
        assertThatIllegalStateException().isThrownBy(() -> device.writeRegister(CONFIG, 0x80, 4, 0));
        assertThatIllegalStateException().isThrownBy(() -> device.modifyRegister(CONFIG, 0x80, 4, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void a_reset_puts_back_what_is_not_sticky(FieldAccess access) {
        VariantDevice device = device(overlay().register(0x80, 4, 0x5a, access));
        device.writeRegister(CONFIG, 0x80, 4, 0xff);
        long written = device.readRegister(CONFIG, 0x80, 4);
        device.reset();
        boolean sticky = access == FieldAccess.RWS || access == FieldAccess.RW1CS || access == FieldAccess.ROS;
        assertThat(device.readRegister(CONFIG, 0x80, 4)).isEqualTo(sticky ? written : 0x5a);
        assertThat(written)
                .isEqualTo(
                        switch (access) {
                            case RW, RWS -> 0xff;
                            case RW1C, RW1CS -> 0;
                            default -> 0x5a;
                        });
    }

    @Test
    void an_added_capability_is_linked_behind_the_last() {
        below.put(0x34, 1, 0x40)
                .capability(0x40, 1, 0x50)
                .capability(0x50, 0x10, 0)
                .put(0x52, 2, 2);
        below.put(0x100, 4, 0x0001_0003);
        VariantDevice device = device(overlay()
                .capability(9, 8, 0x90)
                .capability(9, 4, 0xa0)
                .extendedCapability(0xb, 1, 0x10, 0x200)
                .extendedCapability(0x23, 2, 8, 0x300));
        assertThat(device.readRegister(CONFIG, 0x50, 2)).isEqualTo(0x9010);
        assertThat(device.readRegister(CONFIG, 0x90, 2)).isEqualTo(0xa009);
        assertThat(device.readRegister(CONFIG, 0xa0, 2)).isEqualTo(0x0009);
        assertThat(device.readRegister(CONFIG, 0x100, 4)).isEqualTo(0x2001_0003L);
        assertThat(device.readRegister(CONFIG, 0x200, 4)).isEqualTo(0x3001_000bL);
        assertThat(device.readRegister(CONFIG, 0x300, 4)).isEqualTo(0x0002_0023L);
        below.put(0x92, 2, 0x7777);
        assertThat(device.readRegister(CONFIG, 0x92, 2))
                .as("the body is the device's")
                .isEqualTo(0x7777);
        device.writeRegister(CONFIG, 0x90, 4, -1);
        assertThat(device.readRegister(CONFIG, 0x90, 4)).isEqualTo(0xffff_a009L);
        assertThat(PlainFunction.get(below.config, 0x90, 2)).isZero();
    }

    @Test
    void an_added_capability_starts_a_list_that_was_empty() {
        VariantDevice device = device(overlay().capability(9, 4, 0x80));
        assertThat(device.readRegister(CONFIG, 0x34, 1)).isEqualTo(0x80);
        assertThat(device.readRegister(CONFIG, 6, 2)).isEqualTo(0x10);
        assertThat(PlainFunction.get(below.config, 6, 2)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0x3c, 0x50, on the device's first",
        "0x40, 0x40, its header",
        "0x44, 0x48, inside of it",
    })
    void an_added_capability_does_not_lie_on_one_of_the_device(String from, String to, String why) {
        int start = Math.max(Integer.decode(from), 0x40);
        int length = Math.max(Integer.decode(to) - start, 4);
        below.put(0x34, 1, 0x40).capability(0x40, 1, 0);
        assertThatIllegalArgumentException()
                .as(why)
                .isThrownBy(() -> device(overlay().capability(9, length, start)))
                .withMessageContaining("lies on its");
    }

    @Test
    void added_capabilities_do_not_lie_on_each_other_nor_outside() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(overlay().capability(9, 8, 0x80).capability(9, 4, 0x80)))
                .withMessageContaining("on each other");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(overlay().capability(9, 8, 0x80).capability(9, 4, 0x84)))
                .withMessageContaining("on each other");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(overlay().extendedCapability(0xb, 1, 8, 0x200)))
                .withMessageContaining("no extended capability");
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().capability(9, 4, 0x42));
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().capability(9, 4, 0x3c));
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().capability(9, 8, 0xfc));
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().capability(9, 1, 0x80));
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().extendedCapability(1, 1, 2, 0x200));
        assertThatIllegalArgumentException().isThrownBy(() -> overlay().extendedCapability(1, 1, 8, 0x100));
        assertThatThrownBy(() -> overlay().extendedCapability(0, 1, 8, 0x200))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void hooks_hear_of_writes_that_touch_their_bytes_when_they_have_been_done() {
        List<String> heard = new ArrayList<>();
        AtomicReference<VariantDevice> self = new AtomicReference<>();
        ConfigOverlay.Builder overlay = overlay().register(0x80, 4, 0, FieldAccess.RW);
        overlay.hook(
                0x80,
                4,
                (offset, width, value) -> heard.add("one " + offset + " " + width + " " + Long.toHexString(value) + " "
                        + Long.toHexString(self.get().readRegister(CONFIG, 0x80, 4))));
        overlay.hook(0x84, 1, (offset, width, value) -> heard.add("two " + Long.toHexString(value)));
        VariantDevice device = device(overlay);
        self.set(device);
        device.writeRegister(CONFIG, 0x80, 4, 0xffff_ffff_0000_1234L);
        device.writeRegister(CONFIG, 0x84, 1, 0x1ff);
        device.writeRegister(CONFIG, 0x7c, 8, 0x5555_6666_7777_8888L);
        device.modifyRegister(CONFIG, 0x80, 4, 0xff, 0);
        device.writeRegister(CONFIG, 0x7c, 4, 1);
        device.writeRegister(CONFIG, 0x85, 1, 1);
        device.readRegister(CONFIG, 0x80, 4);
        assertThat(heard)
                .containsExactly(
                        "one 128 4 1234 1234",
                        "two ff",
                        "one 124 8 5555666677778888 55556666",
                        "one 128 4 55556600 55556600");
    }

    @Test
    void a_hook_that_fails_keeps_no_other_from_hearing_nor_a_reset_from_being_seen() {
        below.put(0x34, 1, 0x40).capability(0x40, 0x10, 0).put(0x44, 4, 1 << 28);
        List<String> heard = new ArrayList<>();
        ConfigOverlay.Builder overlay = overlay()
                .hook(0x48, 2, (offset, width, value) -> {
                    throw new IllegalStateException("on purpose");
                })
                .hook(0x48, 2, (offset, width, value) -> heard.add("second"));
        VariantDevice device = new VariantDevice(below, Additions.none().withOverlay(overlay.build())) {
            @Override
            protected void wasReset(ResetCause cause) {
                heard.add("reset " + cause);
            }
        };
        assertThatIllegalStateException()
                .isThrownBy(() -> device.writeRegister(CONFIG, 0x48, 2, 0x8000))
                .withMessage("on purpose");
        assertThat(heard).containsExactly("second", "reset EXPRESS_FLR");
    }

    @Test
    void hooks_are_called_one_at_a_time_and_hold_nobody_up_who_reads_or_writes_elsewhere() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        OverlayHook hook = (offset, width, value) -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            calls.incrementAndGet();
            first.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            inside.decrementAndGet();
        };
        VariantDevice device = device(overlay()
                .register(0x80, 4, 0, FieldAccess.RW)
                .hook(0x80, 4, hook)
                .register(0x90, 4, 0, FieldAccess.RW));
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(Thread.ofPlatform().start(() -> device.writeRegister(CONFIG, 0x80, 4, 1)));
        }
        first.await();
        device.writeRegister(CONFIG, 0x90, 4, 7);
        assertThat(device.readRegister(CONFIG, 0x90, 4)).isEqualTo(7);
        assertThat(device.modifyRegister(CONFIG, 0x90, 4, 1, 0)).isEqualTo(7);
        assertThat(device.readRegister(CONFIG, 0x80, 4)).isEqualTo(1);
        go.countDown();
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(calls).hasValue(4);
        assertThat(most).hasValue(1);
    }

    @Test
    void a_virtual_register_is_never_seen_half_written() throws InterruptedException {
        VariantDevice device = device(overlay().register(0x80, 4, 0, FieldAccess.RW));
        AtomicInteger rounds = new AtomicInteger();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 300_000; i++) {
                device.writeRegister(CONFIG, 0x80, 4, (i & 1) == 0 ? 0xffff_ffffL : 0);
            }
            rounds.set(1);
        });
        long torn = 0;
        while (rounds.get() == 0) {
            long seen = device.readRegister(CONFIG, 0x80, 4);
            torn += seen == 0 || seen == 0xffff_ffffL ? 0 : 1;
        }
        writer.join();
        assertThat(torn).isZero();
    }
}
