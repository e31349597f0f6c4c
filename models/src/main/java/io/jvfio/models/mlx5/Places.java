// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a queue that is being made lies: at addresses that the command gives, or in registered memory, of which it
 * becomes a user.
 *
 * <p>Threads: one at a time.
 */
final class Places {
    private static final int RECORD = 8;

    private final Resources all;
    private final List<Numbered> uses = new ArrayList<>();

    Places(Resources all) {
        this.all = all;
    }

    /** What is used so far. */
    List<Numbered> uses() {
        return uses;
    }

    /** The queue uses it. */
    <T extends Numbered> T use(T resource) {
        uses.add(resource);
        return resource;
    }

    private Umem memory(int number) {
        return use(all.memories.require(number, 0x1201));
    }

    /** A ring in registered memory. */
    Ring ring(int memory, long offset, int logSize) {
        return Ring.of(memory(memory), offset, logSize);
    }

    /** The address of a doorbell record. */
    long record(long address) {
        Refusal.unless(address != 0 && address % RECORD == 0, CommandStatus.BAD_PARAMETER, 0x4105);
        return address;
    }

    /** The address of a doorbell record in registered memory. */
    long record(int memory, long offset) {
        Refusal.unless(offset % RECORD == 0, CommandStatus.BAD_PARAMETER, 0x4106);
        return memory(memory).address(offset, RECORD);
    }
}
