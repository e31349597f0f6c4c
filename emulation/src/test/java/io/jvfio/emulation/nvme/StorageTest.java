// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Layouts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options, and where the blocks are kept. */
final class StorageTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private static NvmeOptions parse(String query) {
        return NvmeOptions.parse(ModelOptions.parse("nvme", query, NvmeOptions.KNOWN));
    }

    private static Storage open(String query) {
        return Storage.open(SystemCalls.linux(), parse(query));
    }

    @Test
    void without_options_there_is_one_namespace_in_memory() {
        try (Storage storage = open("")) {
            assertThat(storage.media()).hasSize(1);
            assertThat(storage.media().get(0).memory().byteSize()).isEqualTo(256L * MIB);
            assertThat(storage.media().get(0).persistent()).isFalse();
            assertThat(storage.serial()).startsWith("JVFIO").hasSize(17);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "size=0 | size",
                "size=4095 | size",
                "size=4097 | 4096",
                "size=32TiB | size",
                "size=many | size",
                "namespaces=0 | namespaces",
                "namespaces=257 | namespaces",
                "lba=1024 | 512, 4096",
                "queues=0 | queues",
                "queues=256 | queues",
                "doorbells=no | trapped, mapped",
                "sgl=maybe | sgl",
                "serial=123456789012345678901 | 20",
                "serial=\u00e4 | ASCII",
                "speed=9 | speed",
                "refuse=nothing | is none of identify-controller, identify-namespace",
                "refuse=cap | is none of",
                "refuse=doorbells:status=0 | with a number that fits",
                "refuse=doorbells:often=2 | is none of id=, most=",
                "delay=doorbells | how long: ms=",
                "delay=io:ms=5 | is none of",
                "lie=log:byte=4096 | with a number that fits",
                "size=1MiB&size=1MiB | twice",
            })
    void a_bad_option_says_what_would_do(String query, String hint) {
        assertThatThrownBy(() -> parse(query.strip()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint.strip());
    }

    @Test
    void options_have_limits_that_can_be_reached() {
        NvmeOptions options = parse(
                "size=4096&namespaces=256&queues=255&lba=4096&doorbells=mapped&sgl=off&serial=12345678901234567890");
        assertThat(options)
                .isEqualTo(new NvmeOptions(4096, 256, null, 4096, 255, true, false, "12345678901234567890", List.of()));
    }

    @Test
    void a_file_keeps_what_all_namespaces_have() {
        Path file = folder.resolve("disk");
        try (Storage storage = open("size=1MiB&namespaces=3&file=" + file)) {
            for (int i = 0; i < 3; i++) {
                storage.media().get(i).memory().fill((byte) (i + 1));
            }
            storage.media().get(1).flush(4095, 2);
        }
        assertThat(file).hasSize(3 * MIB);
        try (Storage storage = open("namespaces=3&file=" + file)) {
            for (int i = 0; i < 3; i++) {
                assertThat(storage.media().get(i).memory().get(Layouts.BYTE, MIB - 1))
                        .isEqualTo((byte) (i + 1));
            }
        }
        try (Storage storage = open("file=" + file)) {
            assertThat(storage.media().get(0).memory().byteSize()).isEqualTo(3 * MIB);
        }
        assertThat(file).hasSize(3 * MIB);
    }

    @Test
    void a_file_is_the_same_disk_each_time() {
        Path file = folder.resolve("disk");
        String serial;
        try (Storage storage = open("size=1MiB&file=" + file)) {
            serial = storage.serial();
        }
        try (Storage storage = open("file=" + file)) {
            assertThat(storage.serial()).isEqualTo(serial);
        }
        try (Storage storage = open("size=1MiB&file=" + folder.resolve("other"))) {
            assertThat(storage.serial()).isNotEqualTo(serial);
        }
    }

    @Test
    void a_larger_file_keeps_what_lies_behind_the_namespaces() throws IOException {
        Path file = folder.resolve("disk");
        byte[] bytes = new byte[2 * MIB];
        bytes[2 * MIB - 1] = 9;
        Files.write(file, bytes);
        try (Storage storage = open("size=1MiB&file=" + file)) {
            storage.media().get(0).memory().fill((byte) 1);
        }
        assertThat(Files.readAllBytes(file)).hasSize(2 * MIB).endsWith((byte) 0, (byte) 9);
    }

    @Test
    void a_file_is_used_by_one_model_at_a_time() {
        Path file = folder.resolve("disk");
        try (Storage first = open("size=1MiB&file=" + file)) {
            assertThat(first.media()).hasSize(1);
            assertThatThrownBy(() -> open("file=" + file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("in use");
        }
        open("file=" + file).close();
    }

    @Test
    void what_is_no_file_or_too_small_is_refused() throws IOException {
        assertThatThrownBy(() -> open("size=1MiB&file=" + folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> open("size=1MiB&file=" + folder.resolve("no/disk")))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOENT"));
        Path small = Files.write(folder.resolve("small"), new byte[8191]);
        assertThatThrownBy(() -> open("namespaces=2&file=" + small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too small");
    }

    @ParameterizedTest(name = "in a file: {0}, always: {1}")
    @CsvSource({"true, true", "false, true", "true, false", "false, false"})
    void deallocation_gives_storage_back_and_reads_as_zeroes(boolean inFile, boolean clear) {
        try (Storage storage = open("size=1MiB" + (inFile ? "&file=" + folder.resolve("disk") : ""))) {
            MappedMedia media = storage.media().get(0);
            for (long[] range : new long[][] {{0, MIB}, {512, 512}, {4000, 200}, {4096, 8192}, {5000, 9000}, {7, 0}}) {
                media.memory().fill((byte) 1);
                if (clear) {
                    media.clear(range[0], range[1]);
                } else {
                    media.deallocate(range[0], range[1]);
                }
                for (long at = 0; at < MIB; at++) {
                    boolean inside = at >= range[0] && at < range[0] + range[1];
                    if (media.memory().get(Layouts.BYTE, at) != (inside ? 0 : 1)) {
                        throw new AssertionError(
                                "byte " + at + " after a deallocation of " + range[1] + " at " + range[0]);
                    }
                }
            }
        }
    }

    @Test
    void a_file_that_becomes_shorter_fails_the_command_and_not_the_process() throws IOException {
        Path file = folder.resolve("disk");
        try (Storage storage = open("size=1MiB&file=" + file)) {
            try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
                other.setLength(0);
            }
            try (Rig rig = new Rig(storage.media().get(0))) {
                rig.enable();
                Rig.Pair pair = rig.pair(1);
                pair.put(Sqe.of(2).nsid(1).blocks(0, 8).prp(Rig.DATA, 0));
                pair.ring();
                rig.settle();
                // Told by a status or, if the JVM says it late, by the controller's.
                assertThat(rig.csts() == 3 || pair.reap().get(0).status() != 0).isTrue();
                rig.disable();
            }
            try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
                other.setLength(MIB);
            }
        }
    }
}
