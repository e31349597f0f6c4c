// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Capabilities, changed at random, are read or refused with the one exception that there is for it. A failure names its
 * seed; {@code -Djvfio.fuzz.first=SEED -Djvfio.fuzz.count=1} replays it.
 */
class MalformedCapabilitiesTest {
    private static final long FIRST = Long.getLong("jvfio.fuzz.first", 1);
    private static final int COUNT = Integer.getInteger("jvfio.fuzz.count", 20_000);

    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN);

    @Test
    void mutated_capabilities_are_read_or_refused() {
        int refused = 0;
        for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
            Random random = new Random(seed);
            ByteOrder order = ORDERS.get(random.nextInt(ORDERS.size()));
            int which = random.nextInt(4);
            byte[] bytes = mutated(sample(which, random, order), random);
            try {
                refused += read(which, MemorySegment.ofArray(bytes), order);
            } catch (RuntimeException | AssertionError e) {
                fail("seed " + seed, e);
            }
        }
        if (COUNT > 1000) {
            assertThat(refused).isBetween(COUNT / 50, COUNT - COUNT / 50);
        }
    }

    private static byte[] sample(int which, Random random, ByteOrder order) {
        return switch (which) {
            case 0 ->
                new BaseCapability(1 + random.nextInt(3), 1L << 32, 1L << 40, 1, 2, 3, 4, 5, random.nextInt(), 32)
                        .bytes(order);
            case 1 -> new GroupCapability(1 + random.nextInt(2), random.nextLong(), 1, 1, 2, 3, 4, 5, 6).bytes(order);
            case 2 -> UtilityString.of("x".repeat(random.nextInt(64))).bytes(order);
            default -> new PfipCapability(List.of(1, 2, 3, 4)).bytes(order);
        };
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] changed = Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 9));
        for (int i = random.nextInt(4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        return changed;
    }

    /** 1 if it is refused. What is read can be written, and is the same when it is read again. */
    private static int read(int which, MemorySegment bytes, ByteOrder order) {
        try {
            switch (which) {
                case 0 -> {
                    BaseCapability base = BaseCapability.parse(bytes, order);
                    assertThat(BaseCapability.parse(MemorySegment.ofArray(base.bytes(order)), order))
                            .isEqualTo(base);
                    assertThat(BaseCapability.parse(base.capability())).isEqualTo(base);
                }
                case 1 -> {
                    GroupCapability group = GroupCapability.parse(bytes, order);
                    assertThat(GroupCapability.parse(group.capability())).isEqualTo(group);
                }
                case 2 -> {
                    UtilityString util = UtilityString.parse(bytes, order);
                    assertThat(UtilityString.parse(util.capability())).isEqualTo(util);
                    assertThat(util.toString()).isNotNull();
                }
                default -> {
                    PfipCapability pfip = PfipCapability.parse(bytes, order);
                    assertThat(PfipCapability.parse(pfip.capability())).isEqualTo(pfip);
                }
            }
            return 0;
        } catch (MalformedZpciException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 1;
        }
    }
}
