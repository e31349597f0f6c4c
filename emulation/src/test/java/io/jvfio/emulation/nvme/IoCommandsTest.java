// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.IoOpcode.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.DatasetRange;
import io.jvfio.driver.nvme.spec.IoCommand;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IoCommandsTest {
    private static final int BLOCK = 512;
    private static final long BLOCKS = Rig.NAMESPACE_SIZE / BLOCK;
    private static final int ALL = -1;

    private final Rig rig = new Rig().enable();
    private final Rig.Pair pair = rig.pair(1);
    private final MemorySegment media = rig.namespaces.get(0).media().memory();

    @AfterEach
    void close() {
        rig.close();
    }

    private static Sqe of(int opcode, long first, int blocks) {
        return Sqe.of(opcode).nsid(1).blocks(first, blocks).prp(Rig.DATA, Rig.DATA + 4096);
    }

    private boolean isFilled(long offset, long length, int value) {
        byte[] expected = new byte[(int) length];
        Arrays.fill(expected, (byte) value);
        return media.asSlice(offset, length).mismatch(MemorySegment.ofArray(expected)) == -1;
    }

    @Test
    void what_is_written_is_read_in_the_same_namespace_alone() {
        rig.data(1024).fill((byte) 5);
        assertThat(pair.status(of(WRITE, BLOCKS - 2, 2))).isEqualTo(SUCCESS);
        rig.data(1024).fill((byte) 0);
        assertThat(pair.status(of(READ, BLOCKS - 2, 2))).isEqualTo(SUCCESS);
        assertThat(rig.data(1).get(Layouts.BYTE, 0)).isEqualTo((byte) 5);
        assertThat(pair.status(of(READ, BLOCKS - 2, 2).nsid(2))).isEqualTo(SUCCESS);
        assertThat(rig.data(1).get(Layouts.BYTE, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {READ, WRITE, COMPARE, WRITE_ZEROES, VERIFY})
    void blocks_beyond_the_end_are_out_of_range(int opcode) {
        assertThat(pair.status(of(opcode, BLOCKS - 1, 1))).isEqualTo(SUCCESS);
        assertThat(pair.status(of(opcode, BLOCKS - 1, 2))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(pair.status(of(opcode, BLOCKS, 1))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(pair.status(of(opcode, -1, 1))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(pair.status(of(opcode, -1, 2))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(pair.status(of(opcode, 1L << 55, 1))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(pair.status(of(opcode, Long.MIN_VALUE, 1))).isEqualTo(LBA_OUT_OF_RANGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {FLUSH, READ, WRITE, COMPARE, WRITE_ZEROES, DATASET_MANAGEMENT, VERIFY})
    void a_namespace_has_to_be_there_and_attached(int opcode) {
        for (int nsid : new int[] {0, 3, 256, Integer.MIN_VALUE, -2}) {
            assertThat(pair.status(of(opcode, 0, 1).nsid(nsid)))
                    .as("namespace %x", nsid)
                    .isEqualTo(INVALID_NAMESPACE_OR_FORMAT);
        }
        rig.controller.attach(2, false);
        assertThat(pair.status(of(opcode, 0, 1).nsid(2))).isEqualTo(INVALID_FIELD);
        rig.controller.attach(2, true);
        assertThat(pair.status(of(opcode, 0, 1).nsid(2))).isEqualTo(SUCCESS);
    }

    @Test
    void only_a_flush_is_for_all_namespaces() {
        assertThat(pair.status(of(FLUSH, 0, 1).nsid(ALL))).isEqualTo(SUCCESS);
        assertThat(pair.status(of(READ, 0, 1).nsid(ALL))).isEqualTo(INVALID_NAMESPACE_OR_FORMAT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, WRITE_UNCORRECTABLE, 0x0d, 0x7f, 0x80, 0xff})
    void other_opcodes_are_invalid(int opcode) {
        Rig.Done done = pair.run(of(opcode, 0, 1));
        assertThat(done.code()).isEqualTo(INVALID_OPCODE);
        assertThat(StatusCode.DO_NOT_RETRY.isSet(done.status())).isTrue();
        assertThat(StatusCode.MORE.isSet(done.status())).isTrue();
    }

    @Test
    void fused_commands_are_refused() {
        assertThat(pair.status(of(COMPARE, 0, 1).flags(1))).isEqualTo(INVALID_FIELD);
        assertThat(pair.status(of(WRITE, 0, 1).flags(2))).isEqualTo(INVALID_FIELD);
    }

    @Test
    void compare_finds_a_difference_anywhere() {
        assertThat(pair.status(of(COMPARE, 0, 16))).isEqualTo(SUCCESS);
        media.set(Layouts.BYTE, 16 * BLOCK - 1, (byte) 1);
        assertThat(pair.status(of(COMPARE, 0, 16))).isEqualTo(COMPARE_FAILURE);
        assertThat(pair.status(of(COMPARE, 0, 15))).isEqualTo(SUCCESS);
    }

    @Test
    void compare_goes_through_data_in_parts() {
        long list = Rig.RAM + (4 << 20);
        for (int i = 0; i < 255; i++) {
            rig.memory.at(list, 4096).set(Layouts.LE_LONG, 8L * i, Rig.DATA + 8192L * (i + 1));
        }
        assertThat(pair.status(of(COMPARE, 0, 2046).prp(Rig.DATA + 1024, list))).isEqualTo(SUCCESS);
        media.set(Layouts.BYTE, (1 << 20) - 1025, (byte) 1);
        assertThat(pair.status(of(COMPARE, 0, 2046).prp(Rig.DATA + 1024, list))).isEqualTo(COMPARE_FAILURE);
    }

    @ParameterizedTest(name = "deallocate: {0}")
    @ValueSource(booleans = {false, true})
    void write_zeroes_clears_exactly_its_blocks(boolean deallocate) {
        media.fill((byte) 9);
        Sqe command = of(WRITE_ZEROES, 3, 30);
        command.cdw12(29 | (deallocate ? (int) IoCommand.DEALLOCATE.mask() : 0));
        assertThat(pair.status(command)).isEqualTo(SUCCESS);
        assertThat(isFilled(0, 3 * BLOCK, 9)).isTrue();
        assertThat(isFilled(3 * BLOCK, 30 * BLOCK, 0)).isTrue();
        assertThat(isFilled(33 * BLOCK, Rig.NAMESPACE_SIZE - 33 * BLOCK, 9)).isTrue();
    }

    @Test
    void write_zeroes_may_be_longer_than_a_transfer() {
        media.fill((byte) 9);
        assertThat(pair.status(of(WRITE_ZEROES, 0, (int) BLOCKS))).isEqualTo(SUCCESS);
        assertThat(isFilled(0, Rig.NAMESPACE_SIZE, 0)).isTrue();
        assertThat(pair.status(of(WRITE_ZEROES, 0, 65536))).isEqualTo(LBA_OUT_OF_RANGE);
    }

    private void range(int index, long first, int blocks) {
        MemorySegment at = rig.memory.at(Rig.DATA + 16L * index, 16);
        DatasetRange.START.set(at, first);
        DatasetRange.BLOCKS.set(at, blocks);
    }

    private static Sqe manage(int ranges, int what) {
        return Sqe.of(DATASET_MANAGEMENT).nsid(1).cdw10(ranges - 1).cdw11(what).prp(Rig.DATA, 0);
    }

    @Test
    void deallocated_blocks_read_as_zeroes() {
        media.fill((byte) 9);
        range(0, 1, 1);
        range(1, 5, 20);
        range(2, BLOCKS - 1, 1);
        range(3, 0, 0);
        assertThat(pair.status(manage(4, 4))).isEqualTo(SUCCESS);
        assertThat(isFilled(0, BLOCK, 9)).isTrue();
        assertThat(isFilled(BLOCK, BLOCK, 0)).isTrue();
        assertThat(isFilled(2 * BLOCK, 3 * BLOCK, 9)).isTrue();
        assertThat(isFilled(5 * BLOCK, 20 * BLOCK, 0)).isTrue();
        assertThat(isFilled(25 * BLOCK, Rig.NAMESPACE_SIZE - 26 * BLOCK, 9)).isTrue();
        assertThat(isFilled(Rig.NAMESPACE_SIZE - BLOCK, BLOCK, 0)).isTrue();
    }

    @Test
    void without_deallocation_a_hint_changes_nothing() {
        media.fill((byte) 9);
        range(0, 0, (int) BLOCKS);
        assertThat(pair.status(manage(1, 3))).isEqualTo(SUCCESS);
        assertThat(isFilled(0, Rig.NAMESPACE_SIZE, 9)).isTrue();
    }

    @Test
    void one_range_beyond_the_end_refuses_all() {
        media.fill((byte) 9);
        for (int i = 0; i < 256; i++) {
            range(i, 0, 1);
        }
        assertThat(pair.status(manage(256, 4))).isEqualTo(SUCCESS);
        media.fill((byte) 9);
        range(255, BLOCKS, 1);
        assertThat(pair.status(manage(256, 4))).isEqualTo(LBA_OUT_OF_RANGE);
        range(255, -1, -1);
        assertThat(pair.status(manage(256, 4))).isEqualTo(LBA_OUT_OF_RANGE);
        assertThat(isFilled(0, Rig.NAMESPACE_SIZE, 9)).isTrue();
    }

    @ParameterizedTest(name = "{0} blocks of 4096: {1}")
    @CsvSource({"256, SUCCESS", "257, INVALID_FIELD"})
    void the_largest_transfer_is_in_bytes(int blocks, StatusCode status) {
        rig.namespaces.get(0).format(1);
        assertThat(pair.status(of(READ, 0, blocks).sgl(0, Rig.DATA, blocks * 4096)))
                .isEqualTo(status);
    }
}
