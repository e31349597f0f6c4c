// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.testkit.LingeringSocket;
import io.jvfio.tests.lab.LabJvm;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel.Outcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One attack on a server. When the connection has ended, the attacker still keeps all that it has, and goes on with what it
 * does there, until this is closed.
 *
 * <p>Threads: one at a time.
 */
final class Assault implements AutoCloseable {
    static final int CONFIG = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    static final int COMMAND = 4;

    private static final long SOME_TIME_NANOS = 50_000_000;
    private static final long IOVA = 0x20_0000;
    private static final int SIZE = 0x4000;
    private static final int MAPS = 500;

    /** Each costs an export a question to the server below. */
    private static final int MAPS_OF_EXPORT = 100;

    private static final int RESETS = 50;
    private static final int SIGNALS = 50;
    private static final int LINGERING = 4;
    private static final int TRANSFERS = 4;
    private static final long ENABLE = 0x46_0001;
    private static final long MEMORY_AND_BUS_MASTER = 6;

    private final Path socket;
    private final AttackedCommandTest.Target target;
    private final int index;
    private final AtomicBoolean over = new AtomicBoolean();

    /** What the attacker has to the end, the last first. */
    private final Deque<Runnable> kept = new ArrayDeque<>();

    private Intruder client;
    private VfioUserDevice driver;
    private Process other;

    Assault(Path socket, AttackedCommandTest.Target target) {
        this.socket = socket;
        this.target = target;
        this.index = target.isNvme() ? VfioPci.VFIO_PCI_MSIX_IRQ_INDEX : VfioPci.VFIO_PCI_MSI_IRQ_INDEX;
    }

    /** Who has the server. */
    long pid() {
        return other == null ? ProcessHandle.current().pid() : other.pid();
    }

    /** Whether the attacker is still connected, as far as it knows. */
    boolean holdsServer() {
        return client != null || driver != null || other != null;
    }

    private Intruder client() {
        if (client == null) {
            client = Intruder.open(socket);
        }
        return client;
    }

    private <T> T keep(T opened, Runnable close) {
        kept.push(close);
        return opened;
    }

    /** An eventfd that is full, and made to wait for room when the server has looked at it. */
    void shareFullEventFd() {
        EventFd eventfd = EventFd.open(Intruder.SYS);
        keep(eventfd, eventfd::close);
        assertThat(client().assign(index, eventfd.fd())).isZero();
        Intruder.fill(eventfd.fd());
        Intruder.SYS.fcntl(eventfd.fd().acquire(), Abi.F_SETFL, Abi.O_RDWR);
        eventfd.fd().release();
        for (int i = 0; i < SIGNALS; i++) {
            assertThat(client.trigger(index)).isTrue();
        }
    }

    /** Sooner or later the server ends a client that does this, so that the connection is at its end afterwards. */
    void fillEventFdWhileItIsSignalled() throws InterruptedException {
        Descriptor eventfd = Intruder.blockingEventFd();
        keep(eventfd, eventfd::close);
        assertThat(client().assign(index, eventfd)).isZero();
        Thread filler = Thread.ofPlatform().daemon().start(() -> {
            while (!over.get()) {
                Intruder.fill(eventfd);
            }
        });
        keep(filler, () -> empty(eventfd, filler));
        long end = System.nanoTime() + SOME_TIME_NANOS;
        while (System.nanoTime() - end < 0) {
            Intruder.empty(eventfd);
            if (!client.trigger(index)) {
                break;
            }
        }
        endConnection();
    }

    private static void empty(Fd eventfd, Thread filler) {
        while (filler.isAlive()) {
            Intruder.empty(eventfd);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Descriptors that the server has alone in the end. */
    void bringLingeringSockets() {
        for (int i = 0; i < LINGERING; i++) {
            LingeringSocket bad = new LingeringSocket();
            keep(bad, bad::close);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment header = header(arena);
                client().socket.send(header, 1, List.of(bad.fd()));
                bad.fd().close();
                client.socket.send(header.asSlice(1), List.of());
                assertThat(client.channel.receive(client.in, Message.HEADER)).isEqualTo(Outcome.MESSAGE);
            }
        }
    }

    /** A command of no kind. */
    private MemorySegment header(Arena arena) {
        MemorySegment header = arena.allocate(Message.HEADER, Integer.BYTES);
        header.set(ValueLayout.JAVA_SHORT, 0, (short) client().nextId());
        header.set(ValueLayout.JAVA_SHORT, 2, (short) 77);
        header.set(ValueLayout.JAVA_INT, 4, Message.HEADER);
        return header;
    }

    /** Half of a message, with a descriptor. */
    void stopInTheMiddle() {
        LingeringSocket bad = new LingeringSocket();
        keep(bad, bad::close);
        try (Arena arena = Arena.ofConfined()) {
            client().socket.send(header(arena).asSlice(0, Message.HEADER / 2), List.of(bad.fd()));
        }
        bad.fd().close();
    }

    /** If the server gives out registers to be mapped, they are written without end. */
    void keepMappedRegisters() {
        driver = VfioUserDevice.connect(socket, VfioUserLimits.defaults());
        driver.writeRegister(CONFIG, COMMAND, Short.BYTES, MEMORY_AND_BUS_MASTER);
        if (driver.file(0).isPresent()) {
            Ringer ringer = new Ringer(driver);
            keep(ringer, ringer::close);
        }
    }

    /** All of config space, and what starts the device. */
    void writeEverywhere() {
        if (target.isNvme()) {
            writeRegister(0x24, 4, 0x1f_001f);
            writeRegister(0x28, 8, IOVA);
            writeRegister(0x30, 8, IOVA + 0x1000);
            writeRegister(0x14, 4, ENABLE);
        } else {
            writeRegister(0x04, 4, 1);
            writeRegister(0x08, 4, 5);
            writeRegister(0x20, 4, 0x80);
            writeRegister(0x60, 4, 0xffff);
            writeRegister(0x80, 8, IOVA);
            writeRegister(0x88, 8, 0x40000);
            writeRegister(0x90, 8, 8);
            writeRegister(0x98, 8, 3);
        }
        for (int at = COMMAND; at < 0x100; at += Integer.BYTES) {
            try {
                driver.writeRegister(CONFIG, at, Integer.BYTES, -1);
            } catch (VfioException refused) {
                assertThat(refused.errno()).isNotEqualTo(Errno.ENODEV);
            }
        }
    }

    private void writeRegister(long at, int width, long value) {
        driver.writeRegister(0, at, width, value);
    }

    /** A file that is cut while the device is at work in it. */
    void takeMemory() {
        int flags = Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING;
        Descriptor file = Descriptor.of(
                Intruder.SYS, Intruder.SYS.memfdCreate("taken", flags), "memfd_create", "memory to be taken away");
        keep(file, file::close);
        setSize(file, SIZE);
        client().post(CONFIG, COMMAND, Short.BYTES, MEMORY_AND_BUS_MASTER);
        for (int page = 0; page < SIZE >> 12; page++) {
            client.postMap((int) (IOVA >> 12) + page, file);
        }
        if (target.isNvme()) {
            client.post(0, 0x24, 4, 0x1f_001f);
            client.post(0, 0x28, 8, IOVA);
            client.post(0, 0x30, 8, IOVA + 0x1000);
            client.post(0, 0x14, 4, ENABLE);
        }
        LockSupport.parkNanos(SOME_TIME_NANOS);
        setSize(file, 0);
        for (int i = 0; i < TRANSFERS; i++) {
            if (target.isNvme()) {
                client.post(0, 0x1000, 4, 1 + i & 0x1f);
            } else {
                client.post(0, 0x80, 8, IOVA);
                client.post(0, 0x88, 8, 0x40000);
                client.post(0, 0x90, 8, 8);
                client.post(0, 0x98, 8, 1);
            }
        }
        LockSupport.parkNanos(SOME_TIME_NANOS);
    }

    private static void setSize(Descriptor file, long size) {
        assertThat(Intruder.SYS.ftruncate(file.acquire(), size)).isZero();
        file.release();
    }

    /** As many as the kernel takes with each byte. */
    void sendDescriptorsBitByBit() {
        MemFd file = MemFd.of(Intruder.SYS, "attack", 0x2000);
        keep(file, file::close);
        for (int i = 0; i < 3; i++) {
            Intruder.bitByBit(client().socket, client.nextId(), Command.DMA_MAP, 0, file.fd(), () -> {});
            assertThat(client.channel.receive(client.in, Message.HEADER)).isEqualTo(Outcome.MESSAGE);
        }
    }

    /** Many; how many there may be at most is looked at by {@link HostileLimitsTest}. */
    void mapAll() {
        MemFd file = MemFd.of(Intruder.SYS, "attack", 0x2000);
        keep(file, file::close);
        int most = target == AttackedCommandTest.Target.EXPORT ? MAPS_OF_EXPORT : MAPS;
        for (int number = 0; number < most; number++) {
            client().postMap(number, file.fd());
        }
    }

    /** Commands that take their time. */
    void flood() {
        for (int i = 0; i < RESETS; i++) {
            client().postReset();
        }
    }

    /** Ends with {@link #endConnection}. */
    void haveAnotherProcessAttack() throws IOException {
        other = new ProcessBuilder(
                        LabJvm.command(AttackingProcess.class, List.of(), List.of(socket.toString(), target.name())))
                .redirectErrorStream(true)
                .start();
        assertThat(other.inputReader().readLine()).isEqualTo(AttackingProcess.ATTACKS);
        LockSupport.parkNanos(SOME_TIME_NANOS);
    }

    /** The attacker closes its connection, or is killed. */
    void endConnection() throws InterruptedException {
        if (other != null) {
            other.destroyForcibly().waitFor();
        }
        if (driver != null) {
            driver.close();
        }
        if (client != null) {
            client.close();
        }
        client = null;
        driver = null;
        other = null;
    }

    @Override
    public void close() {
        over.set(true);
        Closing steps = new Closing();
        try {
            endConnection();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the connection ended", e);
        } finally {
            kept.forEach(steps::attempt);
            steps.throwFirst();
        }
    }
}
