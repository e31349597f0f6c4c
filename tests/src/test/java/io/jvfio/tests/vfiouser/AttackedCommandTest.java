// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The processes that {@code jvfio serve} and {@code jvfio export} are, under attack by one client after the other. While it
 * lasts another server and another device are used, and a second client is told who has the device; within a second of its
 * end the next client works on a device as after power-on, and the process holds what it held before.
 */
@Timeout(120)
final class AttackedCommandTest {
    private static final Duration MOST = Duration.ofSeconds(1);

    /** Classes that are loaded for the first attack of a kind, tables that have grown once, and the like. */
    private static final long HEAP_SLACK = 3 << 20;

    private static final long MEMORY_AND_BUS_MASTER = 6;

    @TempDir
    Path folder;

    /** What is attacked. */
    enum Target {
        EDU(false, "serve", "edu?transfer_ms=0"),
        NVME(true, "serve", "nvme?size=1MiB", "--unsealed-memory", "map"),
        NVME_WITH_MAPPED_DOORBELLS(true, "serve", "nvme?size=1MiB&doorbells=mapped"),
        /** Of a device that another such process serves. */
        EXPORT(false, "serve", "edu?transfer_ms=0");

        private final boolean nvme;
        private final String words;

        Target(boolean nvme, String... words) {
            this.nvme = nvme;
            this.words = String.join(" ", words);
        }

        boolean isNvme() {
            return nvme;
        }

        /** The processes, the one that is attacked last. */
        private List<CommandServer> start() throws Exception {
            List<CommandServer> started = new ArrayList<>(List.of(CommandServer.start(List.of(words.split(" ", -1)))));
            if (this == EXPORT) {
                String below = started.getFirst().locator().toString();
                started.add(CommandServer.start(List.of("export", below)));
            }
            return started;
        }

        /** Where the registers are that tell what a predecessor has done. */
        private List<Integer> registers() {
            return nvme
                    ? List.of(0, 8, 0xc, 0x10, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x1000, 0x1004, 0x1008, 0x100c)
                    : List.of(0, 4, 8, 0x20, 0x24, 0x80, 0x88, 0x90, 0x98);
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void costs_its_client_alone(Target target) throws Exception {
        List<CommandServer> servers = target.start();
        try (Bystander other = new Bystander(folder)) {
            CommandServer attacked = servers.getLast();
            Map<String, Long> fresh = state(attacked, target);
            work(attacked, target);
            // Threads that a process starts once, when they are needed first, stay.
            assertSurvives(servers, target, Attack.HOLDS_THREADS_BY_A_FULL_EVENTFD, fresh);
            assertSurvives(servers, target, Attack.LEAVES_SOMETHING, fresh);
            List<Holdings> before = holdings(servers);
            long heap = attacked.liveHeap();
            for (Attack attack : Attack.values()) {
                assertSurvives(servers, target, attack, fresh);
                for (int i = 0; i < servers.size(); i++) {
                    before.get(i).assertAgainWithin(MOST, servers.get(i)::holdings);
                }
            }
            assertThat(attacked.liveHeap()).isLessThan(heap + HEAP_SLACK);
            other.assertUndisturbed();
        } finally {
            for (CommandServer server : servers.reversed()) {
                server.close();
            }
        }
    }

    private static void assertSurvives(
            List<CommandServer> servers, Target target, Attack attack, Map<String, Long> fresh) throws Exception {
        CommandServer attacked = servers.getLast();
        try (Assault assault = new Assault(attacked.socket(), target)) {
            attack.run(assault);
            if (assault.holdsServer()) {
                assertTellsWhoHasIt(attacked.socket(), assault.pid());
            }
            assault.endConnection();
            assertServesNext(attacked, attack);
            assertThat(state(attacked, target)).as("after %s", attack).isEqualTo(fresh);
            work(attacked, target);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(attack + " on " + target + ": " + attacked.said(), e);
        }
    }

    private static void assertServesNext(CommandServer server, Attack attack) {
        long end = System.nanoTime();
        try (VfioUserDevice next = VfioUserDevice.connect(server.socket(), VfioUserLimits.defaults())) {
            assertThat(next.readRegister(Assault.CONFIG, 0, Short.BYTES)).isNotEqualTo(0xffff);
            assertThat(Duration.ofNanos(System.nanoTime() - end))
                    .as("after %s", attack)
                    .isLessThan(MOST);
        }
    }

    private static void assertTellsWhoHasIt(Path socket, long pid) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> VfioUserDevice.connect(socket, VfioUserLimits.defaults()))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                .hasMessageContaining("busy")
                .hasMessageContaining("process " + pid);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MOST);
    }

    private static List<Holdings> holdings(List<CommandServer> servers) {
        return servers.stream().map(CommandServer::holdings).toList();
    }

    /** What a client finds when it comes: config space, and the registers that clients write. */
    private static Map<String, Long> state(CommandServer server, Target target) {
        Map<String, Long> found = new TreeMap<>();
        try (VfioUserDevice device = VfioUserDevice.connect(server.socket(), VfioUserLimits.defaults())) {
            for (int at = 0; at < 0x100; at += Integer.BYTES) {
                found.put("config " + Integer.toHexString(at), device.readRegister(Assault.CONFIG, at, Integer.BYTES));
            }
            device.writeRegister(Assault.CONFIG, Assault.COMMAND, Short.BYTES, MEMORY_AND_BUS_MASTER);
            for (int at : target.registers()) {
                found.put("register " + Integer.toHexString(at), device.readRegister(0, at, Integer.BYTES));
            }
        }
        return found;
    }

    private static void work(CommandServer server, Target target) {
        try (Vfio context = Vfio.create();
                PciDevice device = context.openPci(server.locator(), OpenOptions.defaults())) {
            if (target.isNvme()) {
                try (NvmeController controller = NvmeController.open(device)) {
                    assertThat(controller.namespaces()).hasSize(1);
                }
            } else {
                device.bar(0).mmio().write32(4, 5);
                assertThat(device.bar(0).mmio().read32(4)).isEqualTo(~5);
            }
        }
    }
}
