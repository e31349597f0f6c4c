// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.vendor.mlx.spec.AccessRegister;
import io.jvfio.vendor.mlx.spec.CapabilityType;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The way from a function at rest to one that tells events by interrupt, step by step. What fails on the way is undone.
 *
 * <p>Threads: one at a time.
 */
final class BringUp {
    private static final int ISSI_LENGTH = 112;
    private static final int ENABLE_LENGTH = 12;
    private static final int ADAPTER_LENGTH = 272;
    private static final int REGISTER_LENGTH = 32;
    private static final int PSID_LENGTH = 16;
    private static final int CHECKSUMS = 3;
    private static final int BIG_ENDIAN = 0x80;

    private final MlxAccess access;
    private final BringUpOptions options;
    private final HcaChannel channel;
    private final Teardown teardown;
    private final MemorySegment capabilities = MemorySegment.ofArray(new long[GeneralCapability.SIZE / Long.BYTES]);

    BringUp(MlxAccess access, BringUpOptions options) {
        this.access = access;
        this.options = options;
        this.channel = new HcaChannel(access);
        this.teardown = new Teardown(channel);
    }

    /** Goes the way; see {@link Hca#bringUp}. */
    Hca run() {
        try {
            return start();
        } catch (RuntimeException e) {
            throw Closing.after(e, teardown::run);
        }
    }

    private Hca start() {
        requireUnused();
        requireInterface();
        step("wait for the firmware", () -> awaitFirmware(options.initialization()));
        step("command queue", this::startCommands);
        step("ENABLE_HCA", this::enable);
        FirmwarePages pages = new FirmwarePages(access, channel.commands());
        teardown.later(() -> pages.takeAll(channel.timeouts().of(FirmwareTimeout.RECLAIM_PAGES)));
        teardown.freeing(pages::close);
        step("interface version", this::chooseIssi);
        step("pages for booting", () -> pages.giveFor(CommandWords.PAGES_BOOT));
        step("capabilities", this::chooseCapabilities);
        step("time-outs", this::askTimeouts);
        step("pages for INIT_HCA", () -> pages.giveFor(CommandWords.PAGES_INIT));
        step("INIT_HCA", this::init);
        String psid = psid();
        step("doorbells", this::allocateUar);
        options.progress().accept("interrupts");
        HcaEvents events = new HcaEvents(channel, pages, enableInterrupts());
        step("event queue", () -> startEvents(events));
        return new Hca(channel, pages, events, teardown, capabilities, psid);
    }

    private void step(String what, Runnable action) {
        options.progress().accept(what);
        action.run();
    }

    private void requireUnused() {
        if ((access.config().read16(PciRegisters.COMMAND) & PciRegisters.COMMAND_MASTER) != 0) {
            throw failed(Errno.EBUSY, "somebody drives it: bus mastering is on; switch it off to say that nobody does");
        }
    }

    private MlxException failed(int errno, String why) {
        return new MlxException("bring-up", errno, access.name(), why);
    }

    private void requireInterface() {
        Mmio registers = access.registers();
        if (registers.read(InitSegment.HEALTH_FIRMWARE) == -1) {
            throw failed(Errno.EIO, "the device does not answer");
        }
        int revision = InitSegment.INTERFACE_REVISION.of(registers.read(InitSegment.INTERFACE));
        if (revision != InitSegment.COMMAND_INTERFACE) {
            throw failed(
                    Errno.EINVAL,
                    "command interface revision " + revision + " where " + InitSegment.COMMAND_INTERFACE + " is known");
        }
    }

    private void awaitFirmware(Duration limit) {
        boolean ready = access.registers().awaitField(InitSegment.INITIALIZING, InitSegment.IS_INITIALIZING, 0, limit);
        if (!ready) {
            throw failed(Errno.EBUSY, "the firmware still initializes after " + limit.toMillis() + " ms");
        }
    }

    private void startCommands() {
        Duration limit = options.command().isZero() ? channel.timeouts().command() : options.command();
        channel.open(new CommandInterface(access, channel.health(), limit));
        access.config().modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, PciRegisters.COMMAND_MASTER);
        awaitFirmware(channel.timeouts().queue());
    }

    private void enable() {
        channel.call(Opcode.ENABLE_HCA, 0, CommandWords.SHORT, ENABLE_LENGTH, input -> {});
        teardown.later(() -> channel.call(Opcode.DISABLE_HCA, 0, CommandWords.SHORT, ENABLE_LENGTH, input -> {}));
    }

    private void chooseIssi() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = channel.start(arena, Opcode.QUERY_ISSI, 0, CommandWords.SHORT);
            int supported = CommandWords.SUPPORTED_ISSI.of(channel.run(arena, input, ISSI_LENGTH));
            if ((supported & 2) == 0) {
                throw new MlxException(
                        Opcode.QUERY_ISSI.name(),
                        Errno.EOPNOTSUPP,
                        access.name(),
                        "it supports " + Hex.of(supported) + " of the interface versions, and not 1");
            }
        }
        channel.call(
                Opcode.SET_ISSI, 0, CommandWords.SHORT, CommandWords.SHORT, input -> CommandWords.ISSI.set(input, 1));
    }

    private void chooseCapabilities() {
        channel.call(Opcode.ACCESS_REG, CommandWords.REGISTER_WRITE, REGISTER_LENGTH, REGISTER_LENGTH, input -> {
            CommandWords.REGISTER.set(input, AccessRegister.HOST_ENDIANNESS);
            boolean big = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
            input.set(ValueLayout.JAVA_BYTE, CommandWords.REGISTER_AT, (byte) (big ? BIG_ENDIAN : 0));
        });
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment maximum = arena.allocate(GeneralCapability.SIZE, Long.BYTES);
            query(CapabilityType.GENERAL.maximum(), maximum);
            query(CapabilityType.GENERAL.current(), capabilities);
            boolean signs = options.checksums();
            if (signs && GeneralCapability.CMDIF_CHECKSUM.of(maximum) < CHECKSUMS) {
                throw new MlxException(
                        Opcode.SET_HCA_CAP.name(), Errno.EOPNOTSUPP, access.name(), "it does not check signatures");
            }
            GeneralCapability.CMDIF_CHECKSUM.set(capabilities, signs ? CHECKSUMS : 0);
            GeneralCapability.LOG_UAR_PAGE_SZ.set(capabilities, 0);
            MemorySegment input = channel.start(arena, Opcode.SET_HCA_CAP, 0, CommandWords.CAPABILITIES_LENGTH);
            MemorySegment.copy(capabilities, 0, input, CommandWords.CAPABILITIES_AT, GeneralCapability.SIZE);
            channel.run(arena, input, CommandWords.SHORT);
            channel.commands().checksums(signs);
        }
    }

    private void askTimeouts() {
        if (GeneralCapability.DTOR.of(capabilities) != 0 && channel.timeouts().areTold()) {
            channel.timeouts().ask(channel);
        }
    }

    private void query(int modifier, MemorySegment target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = channel.start(arena, Opcode.QUERY_HCA_CAP, modifier, CommandWords.SHORT);
            MemorySegment output = channel.run(arena, input, CommandWords.CAPABILITIES_LENGTH);
            MemorySegment.copy(output, CommandWords.CAPABILITIES_AT, target, 0, GeneralCapability.SIZE);
        }
    }

    private void init() {
        channel.call(Opcode.INIT_HCA);
        HcaStop stop = new HcaStop(channel, capabilities);
        teardown.later(stop::orderly);
        if (options.fastTeardown()) {
            teardown.first(stop::fast);
        }
        query(CapabilityType.GENERAL.current(), capabilities);
    }

    private String psid() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = channel.start(arena, Opcode.QUERY_ADAPTER, 0, CommandWords.SHORT);
            byte[] text = channel.run(arena, input, ADAPTER_LENGTH)
                    .asSlice(CommandWords.PSID_AT, PSID_LENGTH)
                    .toArray(ValueLayout.JAVA_BYTE);
            return new String(text, StandardCharsets.US_ASCII).replace("\0", "").strip();
        }
    }

    private void allocateUar() {
        int made = channel.create(Opcode.ALLOC_UAR);
        teardown.later(() -> channel.destroy(Opcode.DEALLOC_UAR, made));
        channel.doorbells(made);
    }

    private Interrupts enableInterrupts() {
        try {
            Interrupts made = access.interrupts().enableUpTo(InterruptType.MSIX, options.vectors());
            teardown.later(made::close);
            return made;
        } catch (IllegalStateException e) {
            MlxException busy = failed(Errno.EBUSY, String.valueOf(e.getMessage()));
            busy.initCause(e);
            throw busy;
        }
    }

    private void startEvents(HcaEvents events) {
        events.start();
        teardown.later(events::stop);
        channel.call(Opcode.NOP); // the first command that is told by an interrupt
    }
}
