// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.PciAddress;
import io.jvfio.benchmarks.nvme.ServedNvme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What NVMe is measured beside, what is left out and why, and how the others are asked. */
class PeerOperationsTest {
    private static final String FUNCTION = "0000:00:06.0";
    private static final Path TARGET = Path.of("/run/spdk/cntrl");
    private static final String CLIENT = "perf -r 'trtype:VFIOUSER traddr:{folder}' -q {depth} -t {seconds} -L";

    private static PeerOperations plan(boolean quick, PeerSetting setting) {
        return new PeerOperations(Effort.of(quick, 1), setting);
    }

    private static PeerSetting function(boolean openable, boolean rebindable, String... programs) {
        return new PeerSetting(FUNCTION, openable, rebindable, Set.of(programs), null, false, null);
    }

    private static PeerSetting sockets(boolean listening, @Nullable String client) {
        return new PeerSetting(null, false, false, Set.of(), TARGET, listening, client);
    }

    private static List<String> titles(PeerOperations plan) {
        return plan.all().stream()
                .map(operation -> operation.name() + " " + operation.parameters())
                .toList();
    }

    private static List<String> leftOut(PeerSetting setting) {
        return plan(true, setting).leftOut().stream()
                .map(one -> one.name() + ": " + one.why())
                .toList();
    }

    @Test
    void where_everything_is_all_depths_are_measured_and_two_sides_of_each() {
        PeerSetting all = new PeerSetting(FUNCTION, true, true, Set.of("fio", "qemu-img"), TARGET, true, CLIENT);

        assertThat(titles(plan(false, all)))
                .containsExactly(
                        "nvme_read_beside_qemu depth=1",
                        "nvme_read_beside_qemu depth=32",
                        "nvme_read_beside_qemu depth=128",
                        "nvme_read_beside_kernel depth=1",
                        "nvme_read_beside_kernel depth=32",
                        "nvme_read_beside_kernel depth=128",
                        "nvme_drive_beside_client depth=1",
                        "nvme_drive_beside_client depth=1 percentile=99",
                        "nvme_drive_beside_client depth=32",
                        "nvme_drive_beside_client depth=32 percentile=99",
                        "nvme_drive_beside_client depth=128",
                        "nvme_drive_beside_client depth=128 percentile=99",
                        "nvme_serve_beside_target depth=1",
                        "nvme_serve_beside_target depth=1 percentile=99",
                        "nvme_serve_beside_target depth=32",
                        "nvme_serve_beside_target depth=32 percentile=99",
                        "nvme_serve_beside_target depth=128",
                        "nvme_serve_beside_target depth=128 percentile=99");
        assertThat(plan(false, all).all()).allSatisfy(operation -> {
            assertThat(operation.area()).isEqualTo("nvme");
            assertThat(operation.c()).isNotNull();
        });
        assertThat(titles(plan(true, all)))
                .hasSize(6)
                .allSatisfy(title -> assertThat(title).contains("depth=32"));
        assertThat(leftOut(all)).isEmpty();
    }

    @Test
    void what_nobody_named_is_left_out() {
        PeerSetting nothing = PeerSetting.of(Map.of("PATH", "", "JVFIO_NVME_CLIENT", " "));

        assertThat(titles(plan(true, nothing))).isEmpty();
        assertThat(leftOut(nothing))
                .containsExactly(
                        "nvme_read_beside_qemu: JVFIO_NVME_FUNCTION names no NVMe function that may be read from",
                        "nvme_read_beside_kernel: JVFIO_NVME_FUNCTION names no NVMe function that may be read from",
                        "nvme_drive_beside_client: JVFIO_NVME_TARGET names no socket of a controller of others",
                        "nvme_serve_beside_target: JVFIO_NVME_TARGET names no socket of a controller of others");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffff:ff:1f.7", "the disk"})
    void a_function_that_is_not_there_cannot_be_opened(String function) {
        assertThat(leftOut(PeerSetting.of(Map.of("JVFIO_NVME_FUNCTION", function)))
                        .getFirst())
                .isEqualTo(
                        "nvme_read_beside_qemu: " + function + " is no function that VFIO has and this user may open");
    }

    @Test
    void a_program_or_a_right_that_is_missing_leaves_out_what_needs_it() {
        assertThat(leftOut(function(false, true, "fio", "qemu-img")).subList(0, 2))
                .containsExactly(
                        "nvme_read_beside_qemu: 0000:00:06.0 is no function that VFIO has and this user may open",
                        "nvme_read_beside_kernel: 0000:00:06.0 is no function that VFIO has and this user may open");
        assertThat(titles(plan(true, function(true, false, "fio", "qemu-img"))))
                .containsExactly("nvme_read_beside_qemu depth=32");
        assertThat(leftOut(function(true, false, "fio", "qemu-img")))
                .contains("nvme_read_beside_kernel: only root can lend 0000:00:06.0 to the kernel's driver");
        assertThat(titles(plan(true, function(true, true, "fio")))).containsExactly("nvme_read_beside_kernel depth=32");
        assertThat(leftOut(function(true, true, "fio")))
                .contains("nvme_read_beside_qemu: there is no qemu-img in the PATH");
        assertThat(leftOut(function(true, true))).contains("nvme_read_beside_kernel: there is no fio in the PATH");
    }

    @Test
    void a_target_needs_a_client_that_can_be_told_where_it_is() {
        assertThat(titles(plan(true, sockets(true, CLIENT)))).hasSize(4);
        assertThat(leftOut(sockets(false, CLIENT))).contains("nvme_drive_beside_client: /run/spdk/cntrl is no socket");
        assertThat(leftOut(sockets(true, null)))
                .contains("nvme_serve_beside_target: JVFIO_NVME_CLIENT has no command of a client of others");
        assertThat(leftOut(sockets(true, "perf -q {depth}")))
                .contains("nvme_serve_beside_target: JVFIO_NVME_CLIENT has neither {socket} nor {folder}");
    }

    @Test
    void what_is_left_out_is_meant_by_the_same_words_as_what_is_measured() {
        PeerOperations.LeftOut one = new PeerOperations.LeftOut("nvme_read_beside_qemu", "it is not here");

        assertThat(one.matches("nvme")).isTrue();
        assertThat(one.matches("beside_qemu")).isTrue();
        assertThat(one.matches("dma")).isFalse();
    }

    @Test
    void others_are_asked_for_the_same_reads() {
        assertThat(FunctionPeers.qemuImgCommand(PciAddress.parse(FUNCTION), 32, 1000))
                .isEqualTo(words("qemu-img bench -f raw -d 32 -c 1000 -s 4096 -S 1052672 nvme://0000:00:06.0/1"));
        assertThat(FunctionPeers.fioCommand(Path.of("/dev/nvme0n1"), 128, 2))
                .contains("--filename=/dev/nvme0n1", "--readonly", "--iodepth=128", "--ioengine=io_uring")
                .contains("--direct=1", "--rw=randread", "--bs=4096", "--runtime=2s");
        assertThat(new ClientCommand(CLIENT).with(TARGET, 32, 5))
                .containsExactly("sh", "-c", "perf -r 'trtype:VFIOUSER traddr:/run/spdk' -q 32 -t 5 -L");
    }

    private static List<String> words(String line) {
        return List.of(line.split(" ", -1));
    }

    @Test
    void drivers_and_controllers_are_measured_beside_each_other() throws Exception {
        try (ServedNvme target = ServedNvme.start("nvme?size=16MiB&doorbells=mapped")) {
            SocketPeers spdk = peers(target, "spdk");
            SocketPeers line = peers(target, "line");

            assertThat(List.of(spdk.driver(4), spdk.client(4), line.served(4))).allSatisfy(figures -> {
                assertThat(figures.nanos()).isBetween(100.0, 1e8);
                assertThat(figures.p99()).isBetween(100.0, 1e10);
            });
        }
    }

    private static SocketPeers peers(ServedNvme target, String format) {
        return new SocketPeers(target.socket(), new ClientCommand(ReadingClient.command(format)), 1, 1);
    }

    @Test
    void a_program_that_fails_or_does_not_end_is_told_with_its_last_word() {
        assertThatThrownBy(() -> PeerProcess.output(
                        List.of("sh", "-c", "echo so far; echo 'no such disk' >&2; exit 3"), Duration.ofSeconds(20)))
                .hasMessage("sh ended with 3: no such disk");
        assertThatThrownBy(() ->
                        PeerProcess.output(List.of("sh", "-c", "echo so far; exec sleep 100"), Duration.ofMillis(300)))
                .hasMessage("sh has not ended in 0 s: so far");
    }

    @Test
    void several_figures_of_a_round_come_from_one_run() throws Exception {
        int[] runs = {0};
        SharedRounds rounds = new SharedRounds(() -> List.of(++runs[0] * 10.0, runs[0] * 100.0));
        Operation.Side first = rounds.side(0);
        Operation.Side second = rounds.side(1);

        assertThat(List.of(first.measure().nanos(), first.measure().nanos())).containsExactly(10.0, 20.0);
        assertThat(List.of(second.measure().nanos(), second.measure().nanos())).containsExactly(100.0, 200.0);
        assertThat(runs[0]).isEqualTo(2);
    }
}
