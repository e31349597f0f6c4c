// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pages that the driver has given to the firmware. They are written to, and looked at again when they are given
 * back: a driver that uses them meanwhile is found out.
 *
 * <p>Threads: one at a time.
 */
final class Pages {
    private static final int PAGE = 4096;
    private static final long MARK = 0x6a76_6669_6f5f_7067L;
    private static final int MOST = 1 << 20;
    private static final int MOST_AT_ONCE = 50_000;
    private static final BigWord64 ADDRESS = BigWord64.at(CommandWords.PAGES_AT);

    private final HostMemory memory;
    private final int boot;
    private final int init;
    private final TreeSet<Long> owned = new TreeSet<>();
    private int offered;
    private int damaged;

    Pages(HostMemory memory, int boot, int init) {
        this.memory = memory;
        this.boot = boot;
        this.init = init;
    }

    int owned() {
        return owned.size();
    }

    /** How many came back with other contents. */
    int damaged() {
        return damaged;
    }

    /** Whether there are enough for INIT_HCA. */
    boolean suffices() {
        return owned.size() >= boot + init;
    }

    /** How many are still wanted for a stage. */
    int demand(int stage) {
        return switch (stage) {
            case CommandWords.PAGES_BOOT -> Math.max(0, boot - owned.size());
            case CommandWords.PAGES_INIT -> Math.max(0, boot + init - owned.size());
            default -> 0;
        };
    }

    /** The firmware offers so many back. */
    void offer(int count) {
        offered += count;
    }

    /** All or none of the pages of a command. */
    void give(Call call) {
        int count = CommandWords.PAGES_IN.of(call.input());
        Refusal.unless(
                count >= 0 && count <= MOST && call.inputLength() == CommandWords.SHORT + Long.BYTES * count,
                CommandStatus.BAD_INPUT_LENGTH,
                0x2001);
        Refusal.unless(owned.size() + count <= MOST, CommandStatus.LIMIT, 0x2002);
        Set<Long> fresh = new HashSet<>();
        for (int i = 0; i < count; i++) {
            long page = ADDRESS.of(call.input(), (long) Long.BYTES * i);
            // Address 0 too: rdma-core has its first page there.
            boolean good = page % PAGE == 0 && !owned.contains(page) && fresh.add(page);
            Refusal.unless(good, CommandStatus.BAD_PARAMETER, 0x2003);
        }
        for (long page : fresh) {
            Refusal.unless(mark(page), CommandStatus.BAD_PARAMETER, 0x2004);
        }
        owned.addAll(fresh);
    }

    private boolean mark(long page) {
        return memory.write64(page, page ^ MARK) && memory.write64(page + PAGE - Long.BYTES, ~page ^ MARK);
    }

    private boolean isMarked(long page) {
        return memory.holds64(page, page ^ MARK) && memory.holds64(page + PAGE - Long.BYTES, ~page ^ MARK);
    }

    /**
     * Gives pages back.
     *
     * @param running whether the firmware keeps those that it needs
     */
    void take(Call call, boolean running) {
        int asked = CommandWords.PAGES_IN.of(call.input());
        int room = (call.outputLength() - CommandWords.SHORT) / Long.BYTES;
        int spare = running ? Math.max(offered, owned.size() - boot - init) : owned.size();
        int count = Math.min(Math.min(asked, room), Math.min(spare, Math.min(owned.size(), MOST_AT_ONCE)));
        Refusal.unless(asked >= 0, CommandStatus.BAD_PARAMETER, 0x2005);
        List<Long> given = new ArrayList<>();
        Iterator<Long> last = owned.descendingIterator();
        while (given.size() < count) {
            long page = last.next();
            last.remove();
            if (!isMarked(page)) {
                damaged++;
            }
            ADDRESS.set(call.output(), (long) Long.BYTES * given.size(), page);
            given.add(page);
        }
        offered = Math.max(0, offered - count);
        CommandWords.PAGES_OUT.set(call.output(), count);
        call.uses(CommandWords.SHORT + Long.BYTES * count);
    }

    /** Forgets all pages without touching them. */
    void forget() {
        owned.clear();
        offered = 0;
    }
}
