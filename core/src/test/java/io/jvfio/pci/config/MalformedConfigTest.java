// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Dumps of real functions, changed at random, are decoded without an exception, without an access outside, and in a bounded
 * number of accesses. A failure names its seed; {@code -Djvfio.fuzz.first=SEED -Djvfio.fuzz.count=1} replays it. The long
 * run, of ten seconds, is left out unless {@code -Dtest.excluded=allocation} says that only the other tag is.
 */
class MalformedConfigTest {
    private static final long FIRST = Long.getLong("jvfio.fuzz.first", 1);
    private static final int ENOUGH = 10_000;
    private static final int COUNT = Integer.getInteger("jvfio.fuzz.count", ENOUGH);
    private static final int MANY = 100_000;

    /** Every 4 bytes a capability that has the most registers that one can have; in truth it is far less. */
    private static final int MOST_READS = 1024 * 2048;

    private static final int EXTENDED_IDS = 0x3b;
    private static final int STANDARD_IDS = 0x16;

    /** Bytes that an extended capability gets: enough to say how long it is, or for most of its registers. */
    private static final int SHORT_BODY = 8;

    private static final int LONG_BODY = 64;

    private final List<String> dumps = dumps();

    @Test
    void mutated_dumps_are_decoded() {
        decode(COUNT);
    }

    @Test
    @Tag("long")
    void a_hundred_thousand_mutated_dumps_are_decoded() {
        decode(MANY);
    }

    private void decode(int count) {
        Set<ConfigFinding.Kind> kinds = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (long seed = FIRST; seed < FIRST + count; seed++) {
            try {
                decode(seed, kinds, names);
            } catch (RuntimeException | IOException | AssertionError e) {
                fail("seed " + seed, e);
            }
        }
        if (count >= ENOUGH) {
            assertThat(kinds).contains(ConfigFinding.Kind.values());
            assertThat(names).containsAll(known());
        }
    }

    /** The names of all capabilities that there are. */
    private static List<String> known() {
        return Stream.concat(
                        IntStream.range(0, STANDARD_IDS).mapToObj(id -> new CapabilityHeader(false, id, 0, 0x40)),
                        IntStream.range(1, EXTENDED_IDS).mapToObj(id -> new CapabilityHeader(true, id, 1, 0x100)))
                .map(header -> CapabilityTables.of(header).name())
                .toList();
    }

    private void decode(long seed, Set<ConfigFinding.Kind> kinds, Set<String> names) throws IOException {
        Random random = new Random(seed);
        String dump = mutated(dumps.get(random.nextInt(dumps.size())), random);
        for (DumpedFunction function : ConfigDump.read(new StringReader(dump))) {
            Counting view = new Counting(function.config());
            ConfigContents contents = ConfigContents.of(view);
            contents.findings().forEach(finding -> kinds.add(finding.kind()));
            contents.capabilities().forEach(capability -> names.add(capability.name()));
            if (seed % 64 == 0) {
                assertThat(ConfigContents.of(function.config())).isEqualTo(contents);
                assertThat(contents.toString()).isNotEmpty();
            }
        }
    }

    /** Changes digits, or aims pointers and ids so that lists get long and strange. */
    private static String mutated(String dump, Random random) {
        StringBuilder text = new StringBuilder(dump);
        int changes = 1 + random.nextInt(40);
        for (int i = 0; i < changes; i++) {
            switch (random.nextInt(8)) {
                case 0 -> text.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
                case 1 -> text.delete(text.length() - random.nextInt(text.length() / 4), text.length());
                case 2, 3 -> place(text, 0x40 + 4 * random.nextInt(48), standard(random));
                case 4 -> place(text, 0x100 + 4 * random.nextInt(64), extended(random));
                case 5 -> place(text, 0x100, extended(random));
                default -> place(text, random.nextInt(0x200), new int[] {random.nextInt(256)});
            }
        }
        if (random.nextInt(4) == 0) {
            place(text, 0x34, new int[] {0x40 + 4 * random.nextInt(48)});
            place(text, 0x06, new int[] {0x10});
        }
        return text.toString();
    }

    private static int[] standard(Random random) {
        int id = random.nextInt(16) == 0 ? 0xff : random.nextInt(STANDARD_IDS);
        int next = random.nextInt(8) == 0 ? random.nextInt(256) : 0x40 + 4 * random.nextInt(48);
        return new int[] {id, next, random.nextInt(256), random.nextInt(256)};
    }

    private static int[] extended(Random random) {
        int id = random.nextInt(EXTENDED_IDS);
        int next = random.nextInt(8) == 0 ? random.nextInt(4096) : 0x100 + 4 * random.nextInt(64);
        int header = id | random.nextInt(16) << 16 | next << 20;
        int[] bytes = random.ints(random.nextInt(4) == 0 ? LONG_BODY : SHORT_BODY, 0, 256)
                .toArray();
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[i] = header >>> Byte.SIZE * i & 0xff;
        }
        return bytes;
    }

    /** Puts bytes at an offset of config space, where the text has a line for it. */
    private static void place(StringBuilder text, int offset, int[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            int at = offset + i;
            String line = String.format(at < 0x100 ? "\n%02x:" : "\n%03x:", at & ~0xf);
            int start = text.indexOf(line);
            int digits = start + line.length() + 1 + 3 * (at & 0xf);
            if (start >= 0 && digits + 2 <= text.length()) {
                text.replace(digits, digits + 2, String.format("%02x", bytes[i]));
            }
        }
    }

    private static List<String> dumps() {
        try (InputStream in = MalformedConfigTest.class.getResourceAsStream("lspci-xxxx.txt")) {
            return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n\n", -1)).stream()
                    .filter(dump -> !dump.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Fails on an access that is not to known bytes, and on too many. */
    private static final class Counting implements ConfigView {
        private final ConfigImage image;
        private int reads;

        Counting(ConfigImage image) {
            this.image = image;
        }

        private int count(int offset, int width) {
            if (!image.known(offset, width) || ++reads > MOST_READS) {
                throw new AssertionError(
                        "access " + reads + " to " + width + " bytes at 0x" + Integer.toHexString(offset));
            }
            return offset;
        }

        @Override
        public int size() {
            return image.size();
        }

        @Override
        public boolean known(int offset, int width) {
            return image.known(offset, width);
        }

        @Override
        public int read8(int offset) {
            return image.read8(count(offset, 1));
        }

        @Override
        public int read16(int offset) {
            return image.read16(count(offset, 2));
        }

        @Override
        public int read32(int offset) {
            return image.read32(count(offset, 4));
        }
    }
}
