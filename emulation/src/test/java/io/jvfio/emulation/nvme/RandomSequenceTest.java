// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;
import static io.jvfio.driver.nvme.spec.IoOpcode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.DatasetRange;
import io.jvfio.driver.nvme.spec.IoCommand;
import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver may do, in any order, on several queues, against arrays of bytes that do the same. */
final class RandomSequenceTest {
    private static final int ROUNDS = 600;
    private static final int MOST_BYTES = 64 * 1024;
    private static final int SLOTS = 16;
    private static final long LISTS = Rig.RAM + (2 << 20);

    /** A command that is under way: what it must answer, and what must be in memory afterwards. */
    private record Expected(StatusCode status, MemorySegment read, List<long[]> pieces) {}

    private final Rig rig = new Rig(2, false).enable();
    private final byte[][] mirror = {new byte[(int) Rig.NAMESPACE_SIZE], new byte[(int) Rig.NAMESPACE_SIZE]};
    private final List<Rig.Pair> pairs = new ArrayList<>();
    private final Map<Integer, Expected> expected = new HashMap<>();
    private Random random;
    private int nextCid;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void a_random_sequence_does_what_its_mirror_does(long seed) {
        random = new Random(seed);
        for (int id = 1; id <= 3; id++) {
            pairs.add(rig.pair(id, 2 + random.nextInt(30)));
        }
        for (int round = 0; round < ROUNDS; round++) {
            if (random.nextInt(100) == 0) {
                disturb();
            }
            burst(pairs.get(random.nextInt(pairs.size())));
        }
        for (int i = 0; i < 2; i++) {
            assertThat(rig.namespaces.get(i).media().memory().mismatch(MemorySegment.ofArray(mirror[i])))
                    .as("seed %d, namespace %d", seed, i + 1)
                    .isEqualTo(-1);
        }
        rig.close();
    }

    /** Other block sizes, a reset, or queues of another size. */
    private void disturb() {
        switch (random.nextInt(3)) {
            case 0 -> {
                int nsid = 1 + random.nextInt(2);
                rig.admin.status(Sqe.of(FORMAT_NVM).nsid(nsid).cdw10(random.nextInt(2)));
                Arrays.fill(mirror[nsid - 1], (byte) 0);
            }
            case 1 -> {
                rig.disable();
                rig.enable();
                pairs.clear();
                for (int id = 1; id <= 3; id++) {
                    pairs.add(rig.pair(id, 2 + random.nextInt(30)));
                }
            }
            default -> {
                int index = random.nextInt(pairs.size());
                int id = pairs.get(index).id;
                assertThat(rig.admin.status(Sqe.of(DELETE_SQ).cdw10(id))).isEqualTo(StatusCode.SUCCESS);
                assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(id))).isEqualTo(StatusCode.SUCCESS);
                pairs.set(index, rig.pair(id, 2 + random.nextInt(60)));
            }
        }
    }

    /** Commands of one queue are done in order, so the mirror can be ahead of them. */
    private void burst(Rig.Pair pair) {
        int count = 1 + random.nextInt(Math.min(SLOTS, pair.size - 1));
        for (int slot = 0; slot < count; slot++) {
            pair.put(command(slot));
        }
        pair.ring();
        rig.settle();
        List<Rig.Done> done = pair.reap();
        assertThat(done).hasSize(count);
        for (Rig.Done each : done) {
            Expected what = expected.remove(each.cid());
            assertThat(each.code()).isEqualTo(what.status());
            int at = 0;
            for (long[] piece : what.read() == null ? List.<long[]>of() : what.pieces()) {
                MemorySegment part = what.read().asSlice(at, piece[1]);
                assertThat(rig.memory.at(piece[0], piece[1]).mismatch(part)).isEqualTo(-1);
                at += (int) piece[1];
            }
        }
        assertThat(expected).isEmpty();
    }

    private Sqe command(int slot) {
        int cid = nextCid++ & 0xffff;
        int nsid = 1 + random.nextInt(2);
        Namespace namespace = rig.namespaces.get(nsid - 1);
        int shift = namespace.blockShift();
        int blocks = 1 + random.nextInt(MOST_BYTES >> shift);
        long first = random.nextInt((int) namespace.blocks());
        boolean inside = first + blocks <= namespace.blocks();
        int opcode = List.of(READ, READ, WRITE, WRITE, WRITE, COMPARE, WRITE_ZEROES, DATASET_MANAGEMENT, FLUSH)
                .get(random.nextInt(9));
        Sqe command = Sqe.of(opcode).cid(cid).nsid(nsid);
        if (opcode != DATASET_MANAGEMENT && opcode != FLUSH) {
            command.blocks(first, blocks);
        }
        StatusCode status = inside ? StatusCode.SUCCESS : StatusCode.LBA_OUT_OF_RANGE;
        int start = (int) (first << shift);
        int length = blocks << shift;
        byte[] all = mirror[nsid - 1];
        MemorySegment read = null;
        List<long[]> pieces = List.of();
        switch (opcode) {
            case FLUSH -> status = StatusCode.SUCCESS;
            case READ -> {
                pieces = place(command, slot, length);
                read = inside ? MemorySegment.ofArray(Arrays.copyOfRange(all, start, start + length)) : null;
            }
            case WRITE -> {
                pieces = place(command, slot, length);
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                fill(pieces, bytes);
                if (inside) {
                    System.arraycopy(bytes, 0, all, start, length);
                }
            }
            case COMPARE -> {
                pieces = place(command, slot, length);
                byte[] bytes = inside ? Arrays.copyOfRange(all, start, start + length) : new byte[length];
                if (inside && random.nextBoolean()) {
                    bytes[random.nextInt(length)]++;
                    status = StatusCode.COMPARE_FAILURE;
                }
                fill(pieces, bytes);
            }
            case WRITE_ZEROES -> {
                command.cdw12(blocks - 1 | (random.nextBoolean() ? (int) IoCommand.DEALLOCATE.mask() : 0));
                if (inside) {
                    Arrays.fill(all, start, start + length, (byte) 0);
                }
            }
            default -> {
                MemorySegment range = rig.memory.at(area(slot), DatasetRange.SIZE);
                DatasetRange.START.set(range, first);
                DatasetRange.BLOCKS.set(range, blocks);
                command.cdw11((int) IoCommand.DEALLOCATE_RANGES.mask()).prp(area(slot), 0);
                if (inside) {
                    Arrays.fill(all, start, start + length, (byte) 0);
                }
            }
        }
        expected.put(cid, new Expected(status, read, pieces));
        return command;
    }

    private static long area(int slot) {
        return Rig.DATA + (long) slot * 512 * 1024;
    }

    private void fill(List<long[]> pieces, byte[] bytes) {
        int at = 0;
        for (long[] piece : pieces) {
            rig.memory
                    .at(piece[0], piece[1])
                    .copyFrom(MemorySegment.ofArray(bytes).asSlice(at, piece[1]));
            at += (int) piece[1];
        }
    }

    /** Gives a command's data a place, by PRPs or an SGL, and says which pieces it is in. */
    private List<long[]> place(Sqe command, int slot, int length) {
        return random.nextInt(3) == 0 ? placeBySgl(command, slot, length) : placeByPrp(command, slot, length);
    }

    private List<long[]> placeByPrp(Sqe command, int slot, int length) {
        List<Integer> pages = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            pages.add(i);
        }
        if (random.nextBoolean()) {
            Collections.shuffle(pages, random);
        }
        List<long[]> pieces = new ArrayList<>();
        int offset = random.nextInt(1024) * 4;
        for (int left = length; left > 0; ) {
            int part = Math.min(left, pieces.isEmpty() ? 4096 - offset : 4096);
            pieces.add(
                    new long[] {area(slot) + 4096L * pages.get(pieces.size()) + (pieces.isEmpty() ? offset : 0), part});
            left -= part;
        }
        if (pieces.size() == 1) {
            command.prp(pieces.get(0)[0], random.nextLong());
        } else if (pieces.size() == 2) {
            command.prp(pieces.get(0)[0], pieces.get(1)[0]);
        } else {
            command.prp(pieces.get(0)[0], lists(slot, pieces));
        }
        return pieces;
    }

    /** Writes the list of all pieces but the first, from anywhere in a page on. */
    private long lists(int slot, List<long[]> pieces) {
        long base = LISTS + slot * 8192L;
        int room = 1 + random.nextInt(512);
        long start = base + 4096 - 8L * room;
        MemorySegment memory = rig.memory.at(base, 8192);
        long at = start;
        for (int i = 1; i < pieces.size(); i++) {
            if (at == base + 4096 - 8 && i + 1 < pieces.size()) {
                memory.set(Layouts.LE_LONG, at - base, base + 4096);
                at += 8;
            }
            memory.set(Layouts.LE_LONG, at - base, pieces.get(i)[0]);
            at += 8;
        }
        return start;
    }

    private List<long[]> placeBySgl(Sqe command, int slot, int length) {
        List<long[]> pieces = new ArrayList<>();
        long base = LISTS + slot * 8192L;
        MemorySegment memory = rig.memory.at(base, 8192);
        long address = area(slot);
        for (int left = length; left > 0; ) {
            int part = pieces.size() == 20 ? left : Math.min(left, 1 + random.nextInt(20_000));
            address += random.nextInt(100);
            pieces.add(new long[] {address, part});
            Sqe.describe(memory, 16L * pieces.size() - 16, SglDescriptor.DATA_BLOCK << 4, address, part);
            address += part;
            left -= part;
        }
        command.sgl(SglDescriptor.LAST_SEGMENT, base, 16 * pieces.size());
        return pieces;
    }
}
