// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import static io.jvfio.vendor.mlx.spec.CommandWords.*;

import io.jvfio.mmio.BigWord32;
import io.jvfio.vendor.mlx.spec.AccessRegister;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.EventEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The commands about the function as a whole: its life, its pages, its port and what it says of itself.
 *
 * <p>Threads: one at a time.
 */
final class SystemCommands {
    /** A register of ours: counts that tests ask for. */
    private static final int MODEL = 0xf100;

    private static final int ADAPTER_LENGTH = 0x110;
    private static final int ISSI_LENGTH = 0x70;
    private static final int CONTEXT = 256;
    private static final int CONTEXT_IN = 0x100;
    private static final int CONTEXT_OUT = 0x10;
    private static final int KEY_LENGTH = 32;
    private static final int MTU = 1500;
    private static final int RESERVED_KEY = 0x700;

    private final Hca hca;
    private final Mlx5Options options;
    private final MemorySegment context;
    private int issi;
    private boolean portUp;

    SystemCommands(Hca hca, Mlx5Options options, Arena arena) {
        this.hca = hca;
        this.options = options;
        this.context = arena.allocate(CONTEXT, Long.BYTES);
        reset();
    }

    void reset() {
        issi = 0;
        portUp = true;
        context.fill((byte) 0);
        BigWord32.at(0x24).set(context, MTU);
        BigWord32.at(0xf4).set(context, 0x0202); // a MAC address that nobody has
        BigWord32.at(0xf8).set(context, 0xc900_0001);
    }

    void enable(Call call) {
        requireSelf(call);
        hca.state(Hca.State.ENABLED);
    }

    void disable(Call call) {
        requireSelf(call);
        Refusal.unless(hca.pages().owned() == 0, CommandStatus.BUSY, 0x5001);
        hca.state(Hca.State.OFF);
    }

    private static void requireSelf(Call call) {
        Refusal.unless(FUNCTION.of(call.input()) == 0, CommandStatus.BAD_PARAMETER, 0x5002);
    }

    void init(Call call) {
        Refusal.unless(hca.pages().suffices(), CommandStatus.NO_RESOURCES, 0x5003);
        hca.state(Hca.State.RUNNING);
    }

    void teardown(Call call) {
        int profile = TEARDOWN_PROFILE.of(call.input());
        boolean fast = profile == TEARDOWN_FAST;
        boolean known = profile == TEARDOWN_GRACEFUL || (fast || profile == TEARDOWN_FORCE) && !options.old();
        Refusal.unless(known, CommandStatus.BAD_PARAMETER, 0x5004);
        if (!fast) {
            hca.resources().clear();
            hca.state(Hca.State.ENABLED);
        }
    }

    void queryPages(Call call) {
        int stage = call.modifier();
        Refusal.unless(stage >= PAGES_BOOT && stage <= PAGES_REGULAR, CommandStatus.BAD_PARAMETER, 0x5005);
        PAGE_DEMAND.set(call.output(), hca.pages().demand(stage));
    }

    void managePages(Call call) {
        switch (call.modifier()) {
            case PAGES_REFUSE -> {
                // Nobody waits for those pages any more.
            }
            case PAGES_GIVE -> hca.pages().give(call);
            case PAGES_TAKE -> hca.pages().take(call, hca.state() == Hca.State.RUNNING);
            default -> throw new Refusal(CommandStatus.BAD_OPERATION, 0x5006);
        }
    }

    void queryIssi(Call call) {
        ISSI.set(call.output(), issi);
        SUPPORTED_ISSI.set(call.output(), options.issi());
        call.uses(ISSI_LENGTH);
    }

    void setIssi(Call call) {
        int wanted = ISSI.of(call.input());
        boolean supported = wanted == 0 || wanted < Integer.SIZE && (options.issi() >>> wanted & 1) != 0;
        Refusal.unless(supported, CommandStatus.BAD_PARAMETER, 0x5007);
        issi = wanted;
    }

    void queryAdapter(Call call) {
        byte[] psid = options.psid().getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(psid, 0, call.output(), ValueLayout.JAVA_BYTE, PSID_AT, psid.length);
        BigWord32.at(0x28).set(call.output(), 0x2c9);
        call.uses(ADAPTER_LENGTH);
    }

    void specialContexts(Call call) {
        BigWord32.at(0x0c).set(call.output(), RESERVED_KEY);
        call.uses(KEY_LENGTH);
    }

    void vportState(Call call) {
        VPORT_STATE.set(call.output(), portUp ? 1 : 0);
        VPORT_ADMIN.set(call.output(), 2);
    }

    void queryContext(Call call) {
        MemorySegment.copy(context, 0, call.output(), CONTEXT_OUT, CONTEXT);
        call.uses(CONTEXT_OUT + CONTEXT);
    }

    /** What is selected of it: the first word's low bit, and the MTU. */
    void modifyContext(Call call) {
        int select = BigWord32.at(0x0c).of(call.input());
        copyWord(call, select, 0x2, 0x00);
        copyWord(call, select, 0x40, 0x24);
        copyWord(call, select, 0x8, 0xf4);
        copyWord(call, select, 0x8, 0xf8);
    }

    private void copyWord(Call call, int select, int bit, int at) {
        if ((select & bit) != 0) {
            BigWord32.at(at).set(context, BigWord32.at(CONTEXT_IN + at).of(call.input()));
        }
    }

    void accessRegister(Call call) {
        boolean read = call.modifier() == REGISTER_READ;
        Refusal.unless(call.modifier() <= REGISTER_READ, CommandStatus.BAD_PARAMETER, 0x5008);
        MemorySegment data = call.input().asSlice(REGISTER_AT);
        MemorySegment.copy(
                call.input(),
                REGISTER_AT,
                call.output(),
                REGISTER_AT,
                Math.max(0, Math.min(call.inputLength(), call.outputLength()) - REGISTER_AT));
        call.uses(call.outputLength());
        switch (REGISTER.of(call.input())) {
            case AccessRegister.HOST_ENDIANNESS -> Refusal.unless(!read, CommandStatus.BAD_PARAMETER, 0x5009);
            case AccessRegister.DTOR -> timeouts(call, read);
            case AccessRegister.PAOS -> port(call, data, read);
            case MODEL -> counts(call);
            default -> throw new Refusal(CommandStatus.BAD_PARAMETER, 0x500b);
        }
    }

    private void timeouts(Call call, boolean read) {
        Refusal.unless(read, CommandStatus.BAD_PARAMETER, 0x500a);
        options.limits().fill(call.output(), REGISTER_AT);
    }

    private void port(Call call, MemorySegment data, boolean read) {
        int wanted = AccessRegister.PAOS_ADMIN.of(data);
        if (!read && wanted != 0) {
            port(wanted == AccessRegister.UP);
        }
        int state = portUp ? AccessRegister.UP : AccessRegister.DOWN;
        AccessRegister.PAOS_ADMIN.set(call.output(), REGISTER_AT, state);
        AccessRegister.PAOS_OPER.set(call.output(), REGISTER_AT, state);
    }

    /** The port goes up or down, and drivers hear of it. */
    void port(boolean up) {
        if (portUp != up) {
            portUp = up;
            hca.events().port(up ? EventEntry.PORT_ACTIVE : EventEntry.PORT_DOWN);
        }
    }

    private void counts(Call call) {
        int[] counts = hca.counts();
        for (int i = 0; i < counts.length; i++) {
            BigWord32.at(CommandWords.REGISTER_AT + Integer.BYTES * i).set(call.output(), counts[i]);
        }
    }
}
