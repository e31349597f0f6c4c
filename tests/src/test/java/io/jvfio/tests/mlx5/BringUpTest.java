// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.CommandFailedException;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.MlxAccess;
import io.jvfio.vendor.mlx.MlxCompletion;
import io.jvfio.vendor.mlx.MlxEvent;
import io.jvfio.vendor.mlx.MlxException;
import io.jvfio.vendor.mlx.NopQueue;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.EventType;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver on the simulator: up to an event with its interrupt, a piece of work, and down with everything given back. */
@Timeout(120)
class BringUpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ServerListener QUIET = new ServerListener() {};
    private static final BringUpOptions OPTIONS = BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE);

    @TempDir
    private Path folder;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private LeakCheck leaks;

    @BeforeEach
    void start() {
        leaks = LeakCheck.start();
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).close();
        }
        leaks.assertNothingLeaked();
    }

    private <T extends AutoCloseable> T closed(T resource) {
        closing.add(resource);
        return resource;
    }

    private static VfioDevice model(String query) {
        return EmulatedDevice.open("mlx5" + (query.isEmpty() ? "" : "?" + query), EmulationOptions.defaults());
    }

    private PciDevice pci(VfioDevice device) {
        Vfio vfio = closed(Vfio.create());
        return closed(vfio.pci(device, device.toString()));
    }

    private PciDevice inProcess(String query) {
        return pci(model(query));
    }

    private VfioDevice overSocket(VfioDevice device, String name) {
        closed(VfioUserServer.listen(() -> device, folder.resolve(name), ServerOptions.defaults(), QUIET));
        return VfioUserDevice.connect(folder.resolve(name), VfioUserLimits.defaults());
    }

    private PciDevice opened(String how) {
        return switch (how) {
            case "in process" -> inProcess("");
            case "vfio-user" -> pci(overSocket(model(""), "one"));
            default -> pci(overSocket(overSocket(model(""), "one"), "two"));
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user", "two hops"})
    void comes_up_works_and_goes_down(String how) {
        PciDevice device = opened(how);
        for (int round = 0; round < 2; round++) {
            try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
                assertThat(hca.pages()).isEqualTo(216);
                assertThat(hca.psid()).isEqualTo("JVF0000000001");
                assertThat(hca.health().isFatal()).isFalse();
                try (NopQueue queue = hca.createNopQueue(6)) {
                    assertThat(queue.poll()).isEmpty();
                    assertThat(queue.post()).isZero();
                    assertThat(polled(queue)).isEqualTo(new MlxCompletion(queue.number(), 0, 0, 0));
                    queue.arm();
                    assertThat(queue.post()).isOne();
                    assertThat(queue.await(PATIENCE)).contains(new MlxCompletion(queue.number(), 1, 0, 0));
                }
            }
        }
    }

    private static MlxCompletion polled(NopQueue queue) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<MlxCompletion> found = queue.poll();
        while (found.isEmpty() && System.nanoTime() < end) {
            found = queue.poll();
        }
        return found.orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"checksums=on", "boot_pages=0", "init_pages=3000", "role=vf", "port=ib", "vectors=1"})
    void comes_up_on_functions_of_all_kinds(String query) {
        PciDevice device = inProcess(query);
        BringUpOptions options = OPTIONS.withChecksums(query.startsWith("checksums"));
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), options);
                NopQueue queue = hca.createNopQueue(0)) {
            for (int i = 0; i < 300; i++) {
                queue.arm();
                assertThat(queue.post()).isEqualTo(i);
                assertThat(queue.await(PATIENCE)).contains(new MlxCompletion(queue.number(), i, 0, 0));
            }
        }
    }

    @Test
    void counters_go_round() {
        try (Hca hca = Hca.bringUp(MlxAccess.of(inProcess("")), OPTIONS);
                NopQueue queue = hca.createNopQueue(4)) {
            for (int i = 0; i < 70_000; i++) {
                assertThat(queue.post()).isEqualTo(i & 0xffff);
                assertThat(polled(queue).counter()).isEqualTo(i & 0xffff);
            }
        }
    }

    @Test
    void pages_are_given_and_taken_when_the_firmware_asks() {
        PciDevice device = inProcess("inject=pages:NOP:40@2;pages:NOP:-30@3;port:NOP:1@4");
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            nop(hca);
            assertThat(events(hca, 256)).isEmpty();
            nop(hca);
            assertThat(events(hca, 226)).isEmpty();
            nop(hca);
            assertThat(next(hca)).containsExactly(new MlxEvent(EventType.PORT_CHANGE, 1, 1));
        }
    }

    /** What comes next; the interrupt of what is known already may end a wait before that. */
    private static List<MlxEvent> next(Hca hca) {
        List<MlxEvent> told = List.of();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (told.isEmpty() && System.nanoTime() < end) {
            told = hca.process(Duration.ofMillis(20));
        }
        return told;
    }

    private static List<MlxEvent> events(Hca hca, int pages) {
        List<MlxEvent> all = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (hca.pages() != pages && System.nanoTime() < end) {
            all.addAll(hca.process(Duration.ofMillis(20)));
        }
        assertThat(hca.pages()).isEqualTo(pages);
        return all;
    }

    private static void nop(Hca hca) {
        byte[] command = new byte[16];
        command[0] = (byte) (Opcode.NOP.code() >> 8);
        command[1] = (byte) Opcode.NOP.code();
        assertThat(hca.command(command, 16)).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ENABLE_HCA",
                "QUERY_ISSI",
                "SET_ISSI",
                "QUERY_PAGES",
                "MANAGE_PAGES",
                "ACCESS_REG",
                "QUERY_HCA_CAP",
                "SET_HCA_CAP",
                "INIT_HCA",
                "QUERY_ADAPTER",
                "ALLOC_UAR",
                "CREATE_EQ",
                "NOP"
            })
    void a_refused_or_undelivered_command_is_named_and_leaves_a_clean_function(String command) {
        PciDevice device = inProcess("inject=status:" + command + ":0x08;delivery:" + command + ":3@2");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), OPTIONS))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                    assertThat(e.call()).isEqualTo(command);
                    assertThat(e.status()).isEqualTo(CommandStatus.LIMIT);
                    assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
                })
                .hasMessageContaining("LIM_ERR");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), OPTIONS))
                .isInstanceOf(MlxException.class)
                .hasMessageContaining("wrong block number");
        Hca.bringUp(MlxAccess.of(device), OPTIONS).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "never:ENABLE_HCA",
                "never:MANAGE_PAGES",
                "never:INIT_HCA",
                "never:CREATE_EQ",
                "never:NOP",
                "never:DESTROY_EQ",
                "never:TEARDOWN_HCA",
                "never:DISABLE_HCA"
            })
    void a_command_that_is_never_completed_times_out_and_the_function_is_reset(String trouble) {
        PciDevice device = inProcess("inject=" + trouble);
        BringUpOptions hasty = OPTIONS.withLimits(PATIENCE, Duration.ofMillis(300));
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), hasty).close())
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT))
                .hasMessageContaining(trouble.substring("never:".length()));
        Hca.bringUp(MlxAccess.of(device), OPTIONS).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cmdif=4|command interface revision 4",
                "log_queue=6|2^6 entries",
                "log_queue=5&log_stride=8|2^8 bytes",
                "issi=1|interface versions",
                "init_ms=100000|still initializes",
                "inject=number:ALLOC_UAR:0xfffff|not in BAR 0",
                "inject=number:MANAGE_PAGES:1000@3|gave back 1000 pages",
                "inject=fatal:ENABLE_HCA:1|asks for a reset, firmware internal error",
                "inject=gone:INIT_HCA|does not answer",
                "inject=nic:SET_ISSI:1;never:QUERY_PAGES|disabled"
            })
    void each_way_to_fail_says_what_it_is(String both) {
        int bar = both.lastIndexOf('|');
        PciDevice device = inProcess(both.substring(0, bar));
        BringUpOptions hasty = OPTIONS.withLimits(Duration.ofMillis(100), Duration.ofSeconds(2));
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), hasty).close())
                .isInstanceOf(MlxException.class)
                .hasMessageContaining(both.substring(bar + 1));
        assertThat(device.config().read16(4) & 4).isZero();
    }

    @Test
    void a_late_command_is_waited_for() {
        Hca.bringUp(MlxAccess.of(inProcess("inject=late:INIT_HCA:200;late:NOP:100")), OPTIONS)
                .close();
    }

    @Test
    void a_function_that_somebody_drives_is_busy() {
        PciDevice device = inProcess("");
        device.enableBusMaster();
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), OPTIONS))
                .isInstanceOfSatisfying(
                        MlxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
        device.disableBusMaster();
        Hca.bringUp(MlxAccess.of(device), OPTIONS).close();
    }
}
