// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code nvme} commands on a model whose blocks are in a file. */
final class NvmeCommandsTest {
    private static final String DEVICE = "model:nvme";
    private static final int BLOCK = 512;
    private static final int SIZE = 4 << 20;

    @TempDir
    private Path folder;

    private Path disk;
    private Run run;

    @BeforeEach
    void prepare() throws IOException {
        disk = folder.resolve("disk");
        Files.write(disk, new byte[SIZE]);
        run = new Run(folder);
        run.opener = (locator, options) -> Vfio.open(DEVICE + "?file=" + disk, options);
    }

    private void put(int offset, byte[] bytes) throws IOException {
        byte[] all = Files.readAllBytes(disk);
        System.arraycopy(bytes, 0, all, offset, bytes.length);
        Files.write(disk, all);
    }

    private Path input(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("input"), bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void identify_shows_controller_and_namespaces() {
        assertThat(run.execute("nvme", "identify", DEVICE)).isZero();
        assertThat(run.out.lines())
                .anyMatch(line -> line.matches("  model +.*jvfio.*"))
                .anyMatch(line -> line.matches("  version +1\\.4\\.0"))
                .anyMatch(line -> line.startsWith("NAMESPACE"))
                .anyMatch(line -> line.matches("1 +4 MiB +8192 +512 .*"));
    }

    @Test
    void identify_prints_json() {
        assertThat(run.execute("nvme", "identify", DEVICE, "--json")).isZero();
        Map<?, ?> json = run.json();
        assertThat(json.get("command")).isEqualTo("nvme identify");
        assertThat(json.get("device")).isEqualTo(DEVICE);
        List<?> namespaces = (List<?>) json.get("namespaces");
        assertThat(namespaces).hasSize(1);
        Map<?, ?> first = (Map<?, ?>) namespaces.getFirst();
        assertThat(first.get("blocks")).isEqualTo((long) SIZE / BLOCK);
        assertThat(first.get("blockSize")).isEqualTo((long) BLOCK);
        assertThat(first.get("problem")).isNull();
    }

    @Test
    void read_prints_blocks_in_hexadecimal() throws IOException {
        put(3 * BLOCK, ascii("Hello, blocks\u001b"));
        assertThat(run.execute("nvme", "read", DEVICE, "3", "2")).isZero();
        assertThat(run.out.lines()).hasSize(2 * BLOCK / 16);
        assertThat(run.out.lines().findFirst())
                .contains("00000600  48 65 6c 6c 6f 2c 20 62 6c 6f 63 6b 73 1b 00 00  |Hello, blocks...|");
    }

    @Test
    void read_puts_blocks_into_a_new_file_only() throws IOException {
        put(0, ascii("first"));
        Path output = folder.resolve("output");
        assertThat(run.execute("nvme", "read", DEVICE, "0", "8", "-o", output.toString()))
                .isZero();
        assertThat(Files.readAllBytes(output)).isEqualTo(Arrays.copyOf(ascii("first"), 8 * BLOCK));
        assertThat(run.execute("nvme", "read", DEVICE, "0", "8", "-o", output.toString()))
                .isEqualTo(1);
    }

    @Test
    void read_prints_json() throws IOException {
        put(BLOCK, ascii("x"));
        assertThat(run.execute("nvme", "read", DEVICE, "1", "--json")).isZero();
        assertThat(run.json().get("data")).isEqualTo("78" + "00".repeat(BLOCK - 1));
        assertThat(run.json().get("lba")).isEqualTo("0x1");
    }

    @ParameterizedTest
    @CsvSource({"8192, 1", "8191, 2", "0, 8193", "0xffffffffffffffff, 1"})
    void blocks_that_are_not_there_are_refused(String lba, String blocks) {
        assertThat(run.execute("nvme", "read", DEVICE, lba, blocks)).isEqualTo(1);
        assertThat(run.err).contains("has the blocks 0x0 to 0x1fff");
    }

    @Test
    void write_wants_to_be_told_twice() throws IOException {
        Path input = input(ascii("a".repeat(BLOCK)));
        assertThat(run.execute("nvme", "write", DEVICE, "5", "-i", input.toString()))
                .isEqualTo(64);
        assertThat(run.err).contains("--yes");
        assertThat(Files.readAllBytes(disk)).containsOnly(0);

        assertThat(run.execute("nvme", "write", DEVICE, "5", "-i", input.toString(), "--yes"))
                .isZero();
        assertThat(run.out).contains("512 bytes of ");
        assertThat(Arrays.copyOfRange(Files.readAllBytes(disk), 5 * BLOCK, 6 * BLOCK))
                .containsOnly('a');
    }

    @Test
    void write_refuses_what_is_no_whole_number_of_blocks() throws IOException {
        Path input = input(ascii("a".repeat(BLOCK + 1)));
        assertThat(run.execute("nvme", "write", DEVICE, "5", "-i", input.toString(), "--yes"))
                .isEqualTo(1);
        assertThat(run.err).contains("513 bytes, no multiple of the block size 512");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a GUID partition table | 512 | EFI PART",
                "an XFS file system | 0 | XFSB",
                "an ext2, ext3 or ext4 file system | 1080 | S\u00ef",
                "a Btrfs file system | 65600 | _BHRfS_M",
                "a LUKS volume | 0 | LUKS\u00ba\u00be",
                "an LVM physical volume | 512 | LABELONE",
                "a swap area | 4086 | SWAPSPACE2",
                "an NTFS file system | 3 | NTFS    x",
                "a part of an md RAID | 4096 | \u00fcN+\u00a9",
                "a part of an md RAID | 4186112 | \u00fcN+\u00a9",
                "the backup of a GUID partition table | 4193792 | EFI PART"
            })
    void what_seems_to_hold_something_is_not_written(String holder, int offset, String mark) throws IOException {
        put(offset, ascii(mark));
        byte[] before = Files.readAllBytes(disk);
        Path input = input(ascii("a".repeat(BLOCK)));
        assertThat(run.execute("nvme", "write", DEVICE, "7", "-i", input.toString(), "--yes"))
                .isEqualTo(2);
        assertThat(run.err).contains("holds " + holder + ": nothing was written");
        assertThat(run.execute("nvme", "verify", DEVICE, "--write")).isEqualTo(2);
        assertThat(run.execute("nvme", "bench", DEVICE, "--write")).isEqualTo(2);
        assertThat(Files.readAllBytes(disk)).isEqualTo(before);

        assertThat(run.execute("nvme", "write", DEVICE, "7", "-i", input.toString(), "--yes", "--force"))
                .isZero();
    }

    @Test
    void a_partition_table_of_the_old_kind_is_seen_and_a_mere_boot_mark_is_not() throws IOException {
        put(510, new byte[] {0x55, (byte) 0xaa});
        Path input = input(ascii("a".repeat(BLOCK)));
        assertThat(run.execute("nvme", "write", DEVICE, "7", "-i", input.toString(), "--yes"))
                .isZero();
        put(446, new byte[] {(byte) 0x80, 1, 1, 0, (byte) 0x83});
        assertThat(run.execute("nvme", "write", DEVICE, "7", "-i", input.toString(), "--yes"))
                .isEqualTo(2);
        assertThat(run.err).contains("holds a partition table");
    }

    @Test
    void verify_finds_what_it_wrote_and_what_was_changed() throws IOException {
        assertThat(run.execute("nvme", "verify", DEVICE, "--size", "1M")).isEqualTo(1);
        assertThat(run.out).contains("2048 of 2048 blocks are wrong").contains("holds zeroes");

        assertThat(run.execute("nvme", "verify", DEVICE, "--size", "1M", "--write"))
                .isZero();
        assertThat(run.out.lines()).hasSize(2).allMatch(line -> line.contains("1 MiB in "));
        assertThat(run.execute("nvme", "verify", DEVICE, "--size", "1M")).isZero();
        assertThat(run.execute("nvme", "verify", DEVICE, "--size", "1M", "--generation", "2"))
                .isEqualTo(1);
        assertThat(run.out).contains("block 0x0 of generation 2 holds block 0x0 of generation 1");

        put(100 * BLOCK + 77, new byte[] {0x55});
        assertThat(run.execute("nvme", "verify", DEVICE, "--size", "1M", "--json"))
                .isEqualTo(1);
        assertThat(run.json().get("wrongBlocks")).isEqualTo(1L);
        assertThat(run.json().get("firstWrong"))
                .isEqualTo("block 0x64 of generation 1 holds block 0x64 of generation 1, damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "100", "8M", "513"})
    void verify_refuses_a_size_that_does_not_fit(String size) {
        assertThat(run.execute("nvme", "verify", DEVICE, "--size", size)).isEqualTo(1);
        assertThat(run.err).contains("--size");
    }

    @Test
    void bench_prints_a_row_for_each_queue_depth_and_writes_nothing() throws IOException {
        put(0, ascii("keep"));
        byte[] before = Files.readAllBytes(disk);
        assertThat(run.execute(
                        "nvme", "bench", DEVICE, "--qd", "1,8", "--warm-up", "0", "--seconds", "0.05", "--histogram"))
                .isZero();
        assertThat(run.out.lines().toList())
                .anyMatch(line -> line.endsWith("random reads of 4 KiB, polled completion, 1 thread"))
                .anyMatch(line -> line.matches(" *QD +IOPS +MiB/s +MEAN +P50 +P99 +P99.9 +MAX"))
                .anyMatch(line -> line.matches(" +1 +[1-9].*s"))
                .anyMatch(line -> line.matches(" +8 +[1-9].*s"))
                .anyMatch(line -> line.matches(" +up to .* #+"));
        assertThat(Files.readAllBytes(disk)).isEqualTo(before);
    }

    @Test
    void bench_prints_json_and_a_page_that_needs_nothing_else() throws IOException {
        Path page = folder.resolve("page.html");
        String[] words = {
            "nvme",
            "bench",
            DEVICE,
            "--write",
            "--qd",
            "1,4",
            "--warm-up",
            "0",
            "--seconds",
            "0.05",
            "--threads",
            "2",
            "--mode",
            "adaptive",
            "--sequential",
            "-b",
            "8K",
            "--json",
            "--html",
            page.toString()
        };
        assertThat(run.execute(words)).isZero();
        Map<?, ?> json = run.json();
        assertThat(json.get("threads")).isEqualTo(2L);
        assertThat(json.get("commandSize")).isEqualTo(8192L);
        List<?> steps = (List<?>) json.get("steps");
        assertThat(steps).hasSize(2);
        Map<?, ?> step = (Map<?, ?>) steps.getLast();
        assertThat((Long) step.get("commands")).isPositive();
        Map<?, ?> latency = (Map<?, ?>) step.get("latency");
        assertThat((Long) latency.get("p50")).isLessThanOrEqualTo((Long) latency.get("max"));
        long counted = ((List<?>) step.get("histogram"))
                .stream()
                        .mapToLong(bucket -> (Long) ((Map<?, ?>) bucket).get("count"))
                        .sum();
        assertThat(counted).isEqualTo(step.get("commands"));

        String html = Files.readString(page);
        assertThat(html).startsWith("<!DOCTYPE html>").contains("<svg").contains("QD 4");
        assertThat(html)
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("src=")
                .doesNotContain("href");
    }

    @ParameterizedTest
    @CsvSource({"--qd, 0", "--qd, 5000", "--seconds, 0", "--threads, 0", "-b, 4Q", "--mode, sleepy"})
    void bench_refuses_what_makes_no_sense(String option, String value) {
        assertThat(run.execute("nvme", "bench", DEVICE, option, value)).isEqualTo(64);
    }

    @Test
    void a_device_that_is_no_controller_is_refused() {
        run.opener = (locator, options) -> Vfio.open("model:edu", options);
        assertThat(run.execute("nvme", "identify", "model:edu")).isEqualTo(1);
        assertThat(run.err).contains("is no NVMe controller: its class code is 0x");
    }

    @Test
    void names_of_a_device_do_not_become_markup() {
        assertThat(new BenchPage("<b>\"&", List.of("x<y"), List.of()).html())
                .contains("<title>&lt;b&gt;&quot;&amp;</title>")
                .contains("x&lt;y");
    }

    @Test
    void a_page_that_cannot_be_written_is_told_before_anything_is_measured() {
        openModel("queues=1");
        assertThat(run.execute(
                        "nvme",
                        "bench",
                        DEVICE,
                        "--html",
                        folder.resolve("absent/page.html").toString()))
                .isEqualTo(1);
        assertThat(run.err).contains("open failed: ENOENT (2)").contains("absent/page.html");
        assertThat(run.out).doesNotContain("IOPS");
    }

    @Test
    void what_is_measured_before_an_interruption_is_kept() throws Exception {
        openModel("queues=1");
        Path page = folder.resolve("page.html");
        Thread measuring = Thread.currentThread();
        Thread stopper = Thread.ofPlatform().start(() -> {
            while (run.progress()
                    .lines()
                    .filter(line -> line.matches(" *1 .*"))
                    .findAny()
                    .isEmpty()) {
                Thread.onSpinWait();
            }
            measuring.interrupt();
        });
        int code = run.execute(
                "nvme",
                "bench",
                DEVICE,
                "--warm-up",
                "0",
                "--seconds",
                "0.2",
                "--qd",
                "1,2,4,8,16,32,64,128",
                "--html",
                page.toString());
        stopper.join();
        assertThat(code).isEqualTo(130);
        assertThat(run.out.lines().filter(line -> line.matches(" *1 .*"))).hasSize(1);
        assertThat(run.out.lines().filter(line -> line.matches(" *128 .*"))).isEmpty();
        assertThat(page).content().contains("<td>1</td>").doesNotContain("<td>128</td>");
    }

    @Test
    void code_is_warm_before_it_is_measured() {
        openModel("queues=1");
        long start = System.nanoTime();
        assertThat(run.execute("nvme", "bench", DEVICE, "--seconds", "0.02", "--qd", "1"))
                .isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(500));
    }

    private void openModel(String options) {
        run.opener = (locator, open) -> Vfio.open(DEVICE + "?size=2MiB&" + options, open);
    }

    @Test
    void verify_needs_one_queue() {
        openModel("queues=1");
        assertThat(run.execute("nvme", "verify", DEVICE, "--write")).isZero();
        assertThat(run.out).contains("verified  2 MiB");
    }

    @Test
    void bench_takes_the_depths_that_there_are_and_says_so() {
        openModel("lie=cap:byte=0:value=0xff;cap:byte=1:value=0");
        assertThat(run.execute(
                        "nvme", "bench", DEVICE, "--warm-up", "0", "--seconds", "0.02", "--qd", "1,255,256,1024"))
                .isZero();
        assertThat(run.out).contains("take 255 commands at most: that is measured in place of QD 256, 1024");
        assertThat(run.out.lines().filter(line -> line.matches(" *255 .*"))).hasSize(1);
    }

    @Test
    void identify_does_without_health() {
        openModel("refuse=log:id=2");
        assertThat(run.execute("nvme", "identify", DEVICE)).isZero();
        assertThat(run.out).contains("no health: Get Log Page failed").contains("NAMESPACE");
        assertThat(run.execute("nvme", "identify", DEVICE, "--json")).isZero();
        assertThat(run.json().containsKey("health")).isTrue();
        assertThat(run.json().get("health")).isNull();
    }

    @Test
    void a_namespace_that_is_late_is_waited_for() {
        openModel("refuse=identify-namespace:status=0x82:ms=700");
        assertThat(run.execute("nvme", "read", DEVICE, "0", "1")).isZero();
    }
}
