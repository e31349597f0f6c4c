// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;

/**
 * The commands for resources that are nothing but a number here.
 *
 * <p>Threads: one at a time.
 */
final class ObjectCommands {
    private static final int LARGEST_LOG_PAGE = 20;

    private final Resources all;

    ObjectCommands(Resources all) {
        this.all = all;
    }

    void allocUar(Call call) {
        call.answer(all.uars.add(new UarPage(all.uars.free())).number());
    }

    void freeUar(Call call) {
        all.uars.remove(call.number(), 0x6001);
    }

    void allocPd(Call call) {
        create(call, all.domains);
    }

    void freePd(Call call) {
        all.domains.remove(call.number(), 0x6002);
    }

    void allocTransportDomain(Call call) {
        create(call, all.transportDomains);
    }

    void freeTransportDomain(Call call) {
        all.transportDomains.remove(call.number(), 0x6003);
    }

    /** A memory key of a protection domain. */
    void createKey(Call call) {
        Numbered domain = all.domains.require(CommandWords.MKEY_PD.of(call.input()), 0x6004);
        call.answer(all.keys.add(new Key(all.keys.free(), domain)).number());
        domain.use();
    }

    void destroyKey(Call call) {
        if (all.keys.remove(call.number(), 0x6005) instanceof Key key) {
            key.domain.unuse();
        }
    }

    private static final class Key extends Numbered {
        private final Numbered domain;

        Key(int number, Numbered domain) {
            super(number);
            this.domain = domain;
        }
    }

    void createUmem(Call call) {
        long count = CommandWords.UMEM_PAGES.of(call.input());
        boolean fits = count > 0 && count <= (call.inputLength() - CommandWords.UMEM_PAGES_AT) / Long.BYTES;
        Refusal.unless(fits, CommandStatus.BAD_INPUT_LENGTH, 0x6006);
        int shift = CommandWords.UMEM_LOG_PAGE.of(call.input());
        Refusal.unless(shift <= LARGEST_LOG_PAGE, CommandStatus.BAD_PARAMETER, 0x6007);
        for (int i = 0; i < count; i++) {
            long page = BigWord64.at(CommandWords.UMEM_PAGES_AT).of(call.input(), (long) Long.BYTES * i);
            Refusal.unless((page & 0xffc) == 0, CommandStatus.BAD_PARAMETER, 0x6008);
        }
        create(call, all.memories);
    }

    void destroyUmem(Call call) {
        all.memories.remove(call.number(), 0x6009);
    }

    private static void create(Call call, Table<Numbered> table) {
        call.answer(table.add(new Numbered(table.free())).number());
    }
}
