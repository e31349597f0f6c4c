// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tables and OpRegions, changed at random, are decoded or refused with the one exception that there is for it. A failure
 * names its seed; {@code -Djvfio.fuzz.first=SEED -Djvfio.fuzz.count=1} replays it. The long run is left out unless {@code
 * -Dtest.excluded=allocation} says that only the other tag is.
 */
class MalformedVbtTest {
    private static final long FIRST = Long.getLong("jvfio.fuzz.first", 1);
    private static final int COUNT = Integer.getInteger("jvfio.fuzz.count", 5_000);
    private static final int MANY = 100_000;
    private static final int WORDS = 0x60;

    private final List<Blob> tables = List.copyOf(WrittenVbts.all().values());

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutated_tables_and_regions_are_decoded_or_refused() {
        decode(COUNT);
    }

    @Test
    @Tag("long")
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_hundred_thousand_mutated_tables_and_regions_are_decoded_or_refused() {
        decode(MANY);
    }

    private void decode(int count) {
        int refused = 0;
        int found = 0;
        for (long seed = FIRST; seed < FIRST + count; seed++) {
            Random random = new Random(seed);
            Blob table = tables.get(random.nextInt(tables.size()));
            try {
                refused += table(mutated(table, random));
                Blob region = new OpRegionBuilder(2, random.nextInt(3))
                        .vbtAt(OpRegion.SIZE, table)
                        .vbt(tables.getFirst())
                        .presented();
                found += region(mutated(region, random));
            } catch (RuntimeException | AssertionError e) {
                fail("seed " + seed, e);
            }
        }
        if (count > 1000) {
            assertThat(refused).isBetween(count / 50, count - count / 50);
            assertThat(found).isGreaterThan(count / 50);
        }
    }

    /** 1 if it is refused. */
    private static int table(Blob bytes) {
        try {
            everything(Vbt.parse(bytes));
            return 0;
        } catch (MalformedIgdException e) {
            assertThat(e.offset()).isBetween(0L, (long) bytes.size());
            return 1;
        }
    }

    /** 1 if there is a table in it. */
    private static int region(Blob bytes) {
        try {
            OpRegion region = OpRegion.parse(bytes);
            for (OpRegionField field : OpRegionField.values()) {
                if (region.has(field)) {
                    field.of(bytes, field.count() - 1);
                }
            }
            assertThat(region.version() + region.gopVersion() + region.systemBios() + region.mailboxes())
                    .isNotEmpty();
            region.vbt().ifPresent(MalformedVbtTest::everything);
            return region.vbt().isPresent() ? 1 : 0;
        } catch (MalformedIgdException e) {
            assertThat(e.offset()).isBetween(0L, (long) bytes.size());
            return 0;
        }
    }

    private static void everything(Vbt vbt) {
        Bdb bdb = vbt.bdb();
        assertThat(bdb.blocks().size()).isLessThanOrEqualTo(vbt.size() / Bdb.BLOCK_HEADER);
        bdb.panelOptions().ifPresent(options -> options.fields().forEach(field -> field.of(options.block())));
        bdb.definitions()
                .ifPresent(definitions -> definitions.children().forEach(child -> {
                    child.fields().forEach(field -> field.of(child.entry()));
                    assertThat(child.handleName() + child.portName() + child.auxName() + child.typeName())
                            .isNotNull();
                }));
        bdb.panels()
                .forEach(panel -> assertThat(panel.timing().refreshMillihertz()).isNotNegative());
        bdb.backlights().forEach(each -> assertThat(each.controller()).isBetween(-1, 0xf));
        bdb.timings().forEach(timing -> assertThat(timing.refreshMillihertz()).isNotNegative());
    }

    private static Blob mutated(Blob table, Random random) {
        byte[] bytes = table.toArray();
        int changes = 1 + random.nextInt(12);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes[Math.min(random.nextInt(WORDS), bytes.length - 1)] = (byte) random.nextInt();
                case 3 -> bytes[at] = (byte) 0xff;
                case 4 -> bytes[at] = 0;
                default ->
                    bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)) : bytes;
            }
        }
        return Blob.of(bytes);
    }
}
