// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.vendor.mlx.spec.AccessRegister;
import io.jvfio.vendor.mlx.spec.CapabilityType;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.EventType;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A function that has been brought up: commands, events, queues. Closing it destroys what it made in the reverse order,
 * takes all pages back and leaves the function as it was found; if the firmware does not answer any more the function
 * is reset.
 *
 * <p>Threads: thread-safe; one operation at a time. Commands block until the firmware has done them.
 */
public final class Hca implements AutoCloseable {
    private static final long EVENTS = 1L << EventType.COMMAND
            | 1L << EventType.PAGE_REQUEST
            | 1L << EventType.PORT_CHANGE
            | 1L << EventType.CQ_ERROR;
    private static final int ISSI_LENGTH = 112;
    private static final int ENABLE_LENGTH = 12;
    private static final int ADAPTER_LENGTH = 272;
    private static final int REGISTER_LENGTH = 32;
    private static final int PSID_LENGTH = 16;
    private static final int CHECKSUMS = 3;
    private static final int BIG_ENDIAN = 0x80;
    private static final int OTHER_EVENTS = 1024;

    private final MlxAccess access;
    private final BringUpOptions options;
    private final Deque<Undo> undo = new ArrayDeque<>();
    private final List<DmaBuffer> doubtful = new ArrayList<>();
    private final Deque<MlxEvent> requests = new ArrayDeque<>();
    private final Deque<MlxEvent> events = new ArrayDeque<>();
    private final Map<Integer, CompletionQueue> queues = new HashMap<>();
    private final HcaCommands own = new Own();
    private final MemorySegment capabilities = MemorySegment.ofArray(new long[GeneralCapability.SIZE / Long.BYTES]);
    private volatile @Nullable CommandInterface commands;
    private @Nullable FirmwarePages pages;
    private @Nullable Interrupts interrupts;
    private @Nullable EventQueue async;
    private @Nullable EventQueue completions;
    private String psid = "";
    private int uar;
    private @Nullable Mmio doorbells;
    private volatile boolean closed;

    private record Undo(String what, Runnable how) {}

    private Hca(MlxAccess access, BringUpOptions options) {
        this.access = access;
        this.options = options;
    }

    /**
     * Brings a function up until it tells events by interrupt. Takes the time of some thirty commands, and up to two
     * minutes if the firmware has to start first.
     *
     * @param access the function; borrowed until the result is closed
     * @param options how
     * @return the function, owned by the caller
     * @throws MlxException with EBUSY if somebody else drives it, EINVAL if it is no function that can be driven,
     *     ETIMEDOUT if the firmware does not answer, EIO if it failed; the function is as it was then, or has been
     * reset
     * @throws CommandFailedException if the firmware refuses a command; as above
     */
    public static Hca bringUp(MlxAccess access, BringUpOptions options) {
        Hca hca = new Hca(access, options);
        try {
            synchronized (hca) {
                hca.start();
            }
            return hca;
        } catch (RuntimeException e) {
            throw Closing.after(e, hca);
        }
    }

    private void start() {
        requireUnused();
        requireInterface();
        step("wait for the firmware", this::awaitFirmware);
        step("command queue", this::startCommands);
        step("ENABLE_HCA", this::enable);
        step("interface version", this::chooseIssi);
        FirmwarePages firmware = new FirmwarePages(access, requireCommands());
        pages = firmware;
        step("pages for booting", () -> firmware.giveFor(CommandWords.PAGES_BOOT));
        step("capabilities", this::chooseCapabilities);
        step("pages for INIT_HCA", () -> firmware.giveFor(CommandWords.PAGES_INIT));
        step("INIT_HCA", this::init);
        step("doorbells", this::allocateUar);
        step("interrupts", this::enableInterrupts);
        step("event queue", this::startEvents);
    }

    private void step(String what, Runnable action) {
        options.progress().accept(what);
        action.run();
    }

    private void requireUnused() {
        if ((access.config().read16(PciRegisters.COMMAND) & PciRegisters.COMMAND_MASTER) != 0) {
            throw new MlxException(
                    "bring-up",
                    Errno.EBUSY,
                    access.name(),
                    "somebody drives it: bus mastering is on; switch it off to say that nobody does");
        }
    }

    private void requireInterface() {
        Mmio registers = access.registers();
        if (registers.read(InitSegment.HEALTH_FIRMWARE) == -1) {
            throw new MlxException("bring-up", Errno.EIO, access.name(), "the device does not answer");
        }
        int revision = InitSegment.INTERFACE_REVISION.of(registers.read(InitSegment.INTERFACE));
        if (revision != InitSegment.COMMAND_INTERFACE) {
            throw new MlxException(
                    "bring-up",
                    Errno.EINVAL,
                    access.name(),
                    "command interface revision " + revision + " where " + InitSegment.COMMAND_INTERFACE + " is known");
        }
    }

    private void awaitFirmware() {
        boolean ready = access.registers()
                .awaitField(InitSegment.INITIALIZING, InitSegment.IS_INITIALIZING, 0, options.initialization());
        if (!ready) {
            throw new MlxException(
                    "bring-up",
                    Errno.EBUSY,
                    access.name(),
                    "the firmware still initializes after "
                            + options.initialization().toMillis() + " ms");
        }
    }

    private void startCommands() {
        CommandInterface made = new CommandInterface(access, options.command());
        commands = made;
        access.config().modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, PciRegisters.COMMAND_MASTER);
        awaitFirmware();
    }

    private void enable() {
        call(Opcode.ENABLE_HCA, 0, CommandWords.SHORT, ENABLE_LENGTH, input -> {});
        later("DISABLE_HCA", () -> call(Opcode.DISABLE_HCA, 0, CommandWords.SHORT, ENABLE_LENGTH, input -> {}));
        later("take pages back", () -> {
            FirmwarePages given = pages;
            if (given != null) {
                given.takeAll();
            }
        });
    }

    private void chooseIssi() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = own.start(arena, Opcode.QUERY_ISSI, 0, CommandWords.SHORT);
            int supported = CommandWords.SUPPORTED_ISSI.of(own.run(arena, input, ISSI_LENGTH));
            if ((supported & 2) == 0) {
                throw new MlxException(
                        Opcode.QUERY_ISSI.name(),
                        Errno.EOPNOTSUPP,
                        access.name(),
                        "it supports " + Hex.of(supported) + " of the interface versions, and not 1");
            }
        }
        call(Opcode.SET_ISSI, 0, CommandWords.SHORT, CommandWords.SHORT, input -> CommandWords.ISSI.set(input, 1));
    }

    private void chooseCapabilities() {
        call(Opcode.ACCESS_REG, CommandWords.REGISTER_WRITE, REGISTER_LENGTH, REGISTER_LENGTH, input -> {
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
            MemorySegment input = own.start(arena, Opcode.SET_HCA_CAP, 0, CommandWords.CAPABILITIES_LENGTH);
            MemorySegment.copy(capabilities, 0, input, CommandWords.CAPABILITIES_AT, GeneralCapability.SIZE);
            own.run(arena, input, CommandWords.SHORT);
            requireCommands().checksums(signs);
        }
    }

    private void query(int modifier, MemorySegment target) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = own.start(arena, Opcode.QUERY_HCA_CAP, modifier, CommandWords.SHORT);
            MemorySegment output = own.run(arena, input, CommandWords.CAPABILITIES_LENGTH);
            MemorySegment.copy(output, CommandWords.CAPABILITIES_AT, target, 0, GeneralCapability.SIZE);
        }
    }

    private void init() {
        call(Opcode.INIT_HCA, 0, CommandWords.SHORT, CommandWords.SHORT, input -> {});
        later("TEARDOWN_HCA", () -> call(Opcode.TEARDOWN_HCA, 0, CommandWords.SHORT, CommandWords.SHORT, input -> {}));
        query(CapabilityType.GENERAL.current(), capabilities);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = own.start(arena, Opcode.QUERY_ADAPTER, 0, CommandWords.SHORT);
            byte[] text = own.run(arena, input, ADAPTER_LENGTH)
                    .asSlice(CommandWords.PSID_AT, PSID_LENGTH)
                    .toArray(ValueLayout.JAVA_BYTE);
            psid = new String(text, StandardCharsets.US_ASCII).replace("\0", "").strip();
        }
    }

    private void allocateUar() {
        int made = own.create(Opcode.ALLOC_UAR);
        later("DEALLOC_UAR", () -> own.destroy(Opcode.DEALLOC_UAR, made));
        long at = (long) made * Uar.SIZE;
        if (at < InitSegment.SIZE || at + Uar.SIZE > access.registers().size()) {
            throw new MlxException(
                    Opcode.ALLOC_UAR.name(), Errno.EINVAL, access.name(), "page " + made + " is not in BAR 0");
        }
        uar = made;
        doorbells = access.registers().slice(at, Uar.SIZE);
    }

    private void enableInterrupts() {
        try {
            Interrupts made = access.interrupts().enableUpTo(InterruptType.MSIX, options.vectors());
            interrupts = made;
            later("interrupts", made::close);
        } catch (IllegalStateException e) {
            MlxException busy =
                    new MlxException("bring-up", Errno.EBUSY, access.name(), String.valueOf(e.getMessage()));
            busy.initCause(e);
            throw busy;
        }
    }

    private void startEvents() {
        EventQueue made = new EventQueue(own, 0, EVENTS);
        async = made;
        later("event queue", () -> {
            requireCommands().polling();
            async = null;
            made.close();
        });
        requireCommands().waiting(this::awaitEvents);
        // The first command that is told by an interrupt.
        call(Opcode.NOP, 0, CommandWords.SHORT, CommandWords.SHORT, input -> {});
    }

    private void later(String what, Runnable how) {
        undo.push(new Undo(what, how));
    }

    private CommandInterface requireCommands() {
        CommandInterface found = commands;
        if (found == null) {
            throw new IllegalStateException(access.name() + " is not brought up");
        }
        return found;
    }

    private void call(Opcode opcode, int modifier, int length, int output, Consumer<MemorySegment> fill) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = own.start(arena, opcode, modifier, length);
            fill.accept(input);
            own.run(arena, input, output);
        }
    }

    private void awaitEvents(Duration most) {
        Interrupts vectors = interrupts;
        if (vectors != null) {
            try {
                vectors.await(0, most);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new MlxException("wait", Errno.EINTR, access.name(), "the thread was interrupted");
            }
        }
        drain();
    }

    private boolean drain() {
        EventQueue queue = async;
        boolean any = queue != null && queue.drain(this::handle);
        while (!requests.isEmpty()) {
            answer(requests.remove());
        }
        return any;
    }

    private void handle(MlxEvent event) {
        switch (event.type()) {
            case EventType.COMMAND -> {
                // Whoever waits for it looks at the command itself.
            }
            case EventType.PAGE_REQUEST -> requests.add(event);
            case EventType.COMPLETION -> told(event.number());
            default -> {
                if (events.size() == OTHER_EVENTS) {
                    events.remove();
                }
                events.add(event);
            }
        }
    }

    private void told(int queue) {
        CompletionQueue found = queues.get(queue);
        if (found != null) {
            found.told();
        }
    }

    private void answer(MlxEvent request) {
        FirmwarePages firmware = pages;
        if (firmware == null || request.number() == 0) {
            return;
        }
        if (request.number() < 0) {
            firmware.take(-request.number(), request.subtype());
            return;
        }
        try {
            firmware.give(request.number(), request.subtype());
        } catch (VfioException e) {
            if (e.errno() != Errno.ENOMEM) {
                throw e;
            }
            firmware.refuse(request.subtype());
        }
    }

    /** What the function can do, as it is set: see {@link GeneralCapability}. */
    public MemorySegment capabilities() {
        return capabilities.asReadOnly();
    }

    /** The value of a general capability. */
    public int capability(GeneralCapability capability) {
        return capability.of(capabilities);
    }

    /** The name of the board. */
    public String psid() {
        return psid;
    }

    /** How many pages the firmware has. */
    public synchronized int pages() {
        FirmwarePages firmware = pages;
        return firmware == null ? 0 : firmware.count();
    }

    /** How many vectors there are. */
    public synchronized int vectors() {
        Interrupts vectors = interrupts;
        return vectors == null ? 0 : vectors.vectors();
    }

    /** How the function is. */
    public MlxHealth health() {
        return MlxHealth.read(access.registers());
    }

    /**
     * Runs a command.
     *
     * @param input the whole command with its opcode, 16 bytes or more
     * @param outputLength bytes, 16 or more
     * @return the output
     * @throws CommandFailedException if the firmware refuses it
     * @throws MlxException if it was not delivered or not completed
     */
    public synchronized byte[] command(byte[] input, int outputLength) {
        requireOpen();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(input.length, Long.BYTES);
            MemorySegment.copy(input, 0, copy, ValueLayout.JAVA_BYTE, 0, input.length);
            return own.run(arena, copy, outputLength).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Waits for events and answers the firmware's requests for pages. Call it now and then: nobody else does.
     *
     * @param timeout how long at most
     * @return what else there was, maybe nothing
     * @throws MlxException if the function failed
     */
    public synchronized List<MlxEvent> process(Duration timeout) {
        requireOpen();
        if (!drain() && events.isEmpty()) {
            awaitEvents(timeout);
        }
        MlxHealth health = health();
        if (health.isFatal()) {
            throw new MlxException("health", Errno.EIO, access.name(), health.text());
        }
        List<MlxEvent> found = List.copyOf(events);
        events.clear();
        return found;
    }

    /**
     * Makes a completion queue with a send queue that does nothing: the first piece of a data path.
     *
     * @param logSize entries of both, log2, 0 to 12
     * @return the queues, destroyed by their close or this function's
     */
    public synchronized NopQueue createNopQueue(int logSize) {
        requireOpen();
        EventQueue queue = completionEvents();
        NopQueue made = new NopQueue(this, own, queue, logSize);
        queues.put(made.completions().number(), made.completions());
        later("queues", made::destroy);
        return made;
    }

    private EventQueue completionEvents() {
        EventQueue found = completions;
        if (found != null) {
            return found;
        }
        EventQueue shared = async;
        if (vectors() < 2 && shared != null) {
            return shared;
        }
        EventQueue made = new EventQueue(own, 1, 0);
        completions = made;
        later("event queue of completions", () -> {
            completions = null;
            made.close();
        });
        return made;
    }

    /** Takes queues out of what is destroyed at the end, after they have been. */
    synchronized void forget(NopQueue made) {
        queues.remove(made.completions().number());
    }

    /** Waits until a completion queue's event came, or the time is over. */
    synchronized void awaitCompletion(CompletionQueue queue, Duration timeout) {
        requireOpen();
        EventQueue events = queue.events();
        if (!events.drain(this::handle) && !queue.isTold()) {
            Interrupts vectors = interrupts;
            if (vectors != null) {
                try {
                    vectors.await(events.vector(), timeout);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            events.drain(this::handle);
        }
    }

    /** Whether it has not been closed. */
    boolean isOpen() {
        return !closed;
    }

    /** The function was reset by somebody: it has forgotten all, and nothing can be asked of it any more. */
    void lost() {
        CommandInterface channel = commands;
        if (channel != null) {
            channel.lost();
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the HCA of " + access.name() + " is closed");
        }
    }

    /**
     * Destroys what was made, takes all pages back and stops the function. If the firmware fails at that, the function
     * is reset and the failure told.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        RuntimeException failure = null;
        boolean inDoubt = !doubtful.isEmpty();
        while (!undo.isEmpty()) {
            Undo next = undo.pop();
            CommandInterface channel = commands;
            boolean silent = channel != null && channel.isBroken();
            if (silent && !next.what.equals("interrupts")) {
                inDoubt = true;
                continue;
            }
            try {
                next.how.run();
            } catch (RuntimeException e) {
                inDoubt = true;
                failure = failure == null ? e : failure;
            }
        }
        Closing steps = new Closing();
        boolean reset = inDoubt || commands != null && commands.isBroken();
        if (commands != null) {
            steps.attempt(() -> access.config().modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, 0));
        }
        if (reset) {
            steps.attempt(access.reset());
        }
        if (pages != null) {
            steps.attempt(pages::close);
        }
        if (commands != null) {
            steps.attempt(commands::close);
        }
        doubtful.forEach(memory -> steps.attempt(memory::close));
        doubtful.clear();
        if (failure != null) {
            steps.attempt(raise(failure));
        }
        steps.throwFirst();
    }

    private static Runnable raise(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private final class Own implements HcaCommands {
        @Override
        public MlxAccess access() {
            return access;
        }

        @Override
        public Mmio doorbells() {
            Mmio page = doorbells;
            if (page == null) {
                throw new IllegalStateException(access.name() + " has no doorbells");
            }
            return page;
        }

        @Override
        public int uar() {
            return uar;
        }

        @Override
        public MemorySegment start(Arena arena, Opcode opcode, int modifier, int length) {
            MemorySegment input = arena.allocate(length, Long.BYTES);
            CommandWords.OPCODE.set(input, opcode.code());
            CommandWords.MODIFIER.set(input, modifier);
            return input;
        }

        @Override
        public MemorySegment run(Arena arena, MemorySegment input, int outputLength) {
            return requireCommands().run(arena, input, outputLength);
        }

        @Override
        public int create(Opcode opcode) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment input = start(arena, opcode, 0, CommandWords.SHORT);
                return CommandWords.NUMBER.of(run(arena, input, CommandWords.SHORT));
            }
        }

        @Override
        public void destroy(Opcode opcode, int number) {
            call(opcode, 0, CommandWords.SHORT, CommandWords.SHORT, input -> CommandWords.NUMBER.set(input, number));
        }

        @Override
        public RuntimeException freeing(RuntimeException failure, DmaBuffer memory) {
            if (requireCommands().isBroken()) {
                doubtful.add(memory);
                return failure;
            }
            return Closing.after(failure, memory);
        }
    }
}
