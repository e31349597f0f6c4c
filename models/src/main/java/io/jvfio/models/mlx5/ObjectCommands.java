// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandWords;

/**
 * The commands for resources that are nothing but a number here.
 *
 * <p>Threads: one at a time.
 */
final class ObjectCommands {
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
        call.answer(all.keys.add(new Numbered(all.keys.free(), domain)).number());
    }

    void destroyKey(Call call) {
        all.keys.remove(call.number(), 0x6005);
    }

    /** What packets would be sent by. */
    void createTransport(Call call) {
        Numbered domain = all.transportDomains.require(CommandWords.TIS_DOMAIN.of(call.input()), 0x600a);
        call.answer(
                all.transports.add(new Numbered(all.transports.free(), domain)).number());
    }

    void destroyTransport(Call call) {
        all.transports.remove(call.number(), 0x600b);
    }

    void createUmem(Call call) {
        call.answer(all.memories.add(Umem.of(all.memories.free(), call)).number());
    }

    void destroyUmem(Call call) {
        all.memories.remove(call.number(), 0x6009);
    }

    private static void create(Call call, Table<Numbered> table) {
        call.answer(table.add(new Numbered(table.free())).number());
    }
}
