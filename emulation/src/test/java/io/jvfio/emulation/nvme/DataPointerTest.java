// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PRPs and SGLs, by reads of blocks with known contents and writes of others. */
final class DataPointerTest {
    private static final int BLOCK = 512;
    private static final long LIST = Rig.RAM + (4 << 20);
    private static final int DATA_BLOCK = SglDescriptor.DATA_BLOCK << 4;
    private static final int BUCKET = SglDescriptor.BIT_BUCKET << 4;
    private static final int SEGMENT = SglDescriptor.SEGMENT << 4;
    private static final int LAST = SglDescriptor.LAST_SEGMENT << 4;

    private final Rig rig = new Rig().enable();
    private final Rig.Pair pair = rig.pair(1);
    private final MemorySegment media = rig.namespaces.get(0).media().memory();

    DataPointerTest() {
        byte[] bytes = new byte[(int) media.byteSize()];
        new Random(1).nextBytes(bytes);
        media.copyFrom(MemorySegment.ofArray(bytes));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static Sqe read(int blocks) {
        return Sqe.of(IoOpcode.READ).nsid(1).blocks(0, blocks);
    }

    private void list(long at, long... entries) {
        MemorySegment.copy(
                MemorySegment.ofArray(entries),
                ValueLayout.JAVA_LONG,
                0,
                rig.memory.at(at, 8L * entries.length),
                Layouts.LE_LONG,
                0,
                entries.length);
    }

    private void expectRead(long offset, long address, long length) {
        assertThat(rig.memory.at(address, length).mismatch(media.asSlice(offset, length)))
                .isEqualTo(-1);
    }

    @Test
    void one_page_needs_the_first_entry_alone() {
        assertThat(pair.status(read(8).prp(Rig.DATA, -1))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 4096);
    }

    @Test
    void data_may_start_inside_a_page_and_end_in_the_next() {
        assertThat(pair.status(read(8).prp(Rig.DATA + 4092, Rig.DATA + 0x8000))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA + 4092, 4);
        expectRead(4, Rig.DATA + 0x8000, 4092);
    }

    @ParameterizedTest(name = "{0} blocks at +0x{1}, then +0x{2}: {3}")
    @CsvSource({
        "1, 1, 0, PRP_OFFSET_INVALID",
        "1, 2, 0, PRP_OFFSET_INVALID",
        "1, 4, 1, SUCCESS",
        "8, 4, 8000, SUCCESS",
        "8, 4, 8004, PRP_OFFSET_INVALID",
        "16, 0, 8200, PRP_OFFSET_INVALID",
        "16, 0, 8000, SUCCESS",
        "17, 0, 8004, PRP_OFFSET_INVALID", // a list that does not start a multiple of 8
    })
    void offsets_of_entries_are_checked(int blocks, String prp1, String prp2, StatusCode status) {
        Sqe command = read(blocks).prp(Rig.DATA + Long.parseLong(prp1, 16), Rig.DATA + Long.parseLong(prp2, 16));
        assertThat(pair.status(command)).isEqualTo(status);
    }

    @Test
    void three_pages_need_a_list() {
        list(LIST + 8, Rig.DATA + 0x5000, Rig.DATA + 0x3000);
        assertThat(pair.status(read(24).prp(Rig.DATA, LIST + 8))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 4096);
        expectRead(4096, Rig.DATA + 0x5000, 4096);
        expectRead(8192, Rig.DATA + 0x3000, 4096);
    }

    @Test
    void an_entry_in_a_list_has_no_offset() {
        list(LIST, Rig.DATA + 0x5000, Rig.DATA + 0x3008);
        assertThat(pair.status(read(24).prp(Rig.DATA, LIST))).isEqualTo(PRP_OFFSET_INVALID);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void a_list_that_is_full_leads_to_the_next(int slots) {
        long first = LIST + 4096 - 8L * slots;
        long[] pages = new long[8];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = Rig.DATA + 0x10000 + 0x2000L * i;
        }
        long[] start = Arrays.copyOf(pages, slots);
        start[slots - 1] = LIST + 0x2000;
        list(first, start);
        list(LIST + 0x2000, Arrays.copyOfRange(pages, slots - 1, pages.length));
        assertThat(pair.status(read(72).prp(Rig.DATA, first))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 4096);
        for (int i = 0; i < pages.length; i++) {
            expectRead(4096L * (i + 1), pages[i], 4096);
        }
    }

    @Test
    void the_last_entry_of_a_page_is_data_if_nothing_is_left_after_it() {
        list(LIST + 4096 - 16, Rig.DATA + 0x5000, Rig.DATA + 0x3000);
        assertThat(pair.status(read(24).prp(Rig.DATA, LIST + 4096 - 16))).isEqualTo(SUCCESS);
        expectRead(8192, Rig.DATA + 0x3000, 4096);
    }

    @Test
    void a_further_list_starts_its_page() {
        list(LIST + 4096 - 8, LIST + 0x2008);
        assertThat(pair.status(read(24).prp(Rig.DATA, LIST + 4096 - 8))).isEqualTo(PRP_OFFSET_INVALID);
    }

    @Test
    void a_list_that_leads_back_to_itself_ends() {
        list(LIST + 4096 - 8, LIST);
        for (int i = 0; i < 511; i++) {
            list(LIST + 8L * i, Rig.DATA + 0x1000);
        }
        assertThat(pair.status(read(2048).prp(Rig.DATA, LIST + 4096 - 8))).isEqualTo(SUCCESS);
    }

    @Test
    void the_largest_transfer_goes_and_one_block_more_does_not() {
        for (int i = 0; i < 255; i++) {
            list(LIST + 8L * i, Rig.DATA + 4096L * (i + 1));
        }
        assertThat(pair.status(read(2048).prp(Rig.DATA, LIST))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 1 << 20);
        assertThat(pair.status(read(2049).prp(Rig.DATA, LIST))).isEqualTo(INVALID_FIELD);
    }

    @Test
    void adjacent_pages_are_copied_at_once() {
        for (int i = 0; i < 255; i++) {
            list(LIST + 8L * i, Rig.DATA + 4096L * (i + 1));
        }
        pair.put(read(2048).prp(Rig.DATA, LIST));
        pair.ring();
        rig.memory.takeTransfers();
        rig.settle();
        // The command, the list and the data.
        assertThat(rig.memory.takeTransfers()).isEqualTo(3);
    }

    @Test
    void memory_that_cannot_be_reached_is_an_error_of_the_transfer() {
        assertThat(pair.status(read(8).prp(Rig.END, 0))).isEqualTo(DATA_TRANSFER_ERROR);
        assertThat(pair.status(read(8).prp(0, 0))).isEqualTo(DATA_TRANSFER_ERROR);
        assertThat(pair.status(read(24).prp(Rig.DATA, Rig.END))).isEqualTo(DATA_TRANSFER_ERROR);
        assertThat(pair.status(read(16).prp(-4096, 0))).isEqualTo(DATA_TRANSFER_ERROR);
        assertThat(pair.status(read(8).prp(Rig.DATA, 0))).isEqualTo(SUCCESS);
    }

    @Test
    void larger_pages_change_what_an_entry_covers() {
        rig.disable();
        rig.enable(2);
        Rig.Pair large = rig.pair(1);
        assertThat(large.status(read(32).prp(Rig.DATA + 0x3ffc, Rig.DATA + 0x8000)))
                .isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA + 0x3ffc, 4);
        expectRead(4, Rig.DATA + 0x8000, 0x3ffc);
        assertThat(large.status(read(64).prp(Rig.DATA, Rig.DATA + 0x5000))).isEqualTo(PRP_OFFSET_INVALID);
    }

    @Test
    void a_data_block_in_the_command_is_enough_at_any_address() {
        assertThat(pair.status(read(9).sgl(SglDescriptor.DATA_BLOCK, Rig.DATA + 3, 9 * BLOCK)))
                .isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA + 3, 9 * BLOCK);
    }

    @ParameterizedTest(name = "type {0}, {1} bytes: {2}")
    @CsvSource({
        "0, 512, SUCCESS",
        "0, 511, SGL_DATA_LENGTH_INVALID",
        "0, 513, SGL_DATA_LENGTH_INVALID",
        "0, -1, SGL_DATA_LENGTH_INVALID",
        "1, 512, SUCCESS",
        "4, 512, SGL_TYPE_INVALID",
        "5, 512, SGL_TYPE_INVALID",
        "15, 512, SGL_TYPE_INVALID",
        "2, 0, INVALID_SGL_SEGMENT",
        "3, 0, INVALID_SGL_SEGMENT",
        "3, 15, INVALID_SGL_SEGMENT",
        "3, 17, INVALID_SGL_SEGMENT",
        "3, 32784, INVALID_SGL_COUNT",
        "2, -16, INVALID_SGL_COUNT",
    })
    void the_descriptor_in_the_command_is_checked(int type, int length, StatusCode status) {
        assertThat(pair.status(read(1).sgl(type, Rig.DATA, length))).isEqualTo(status);
    }

    private void descriptor(int index, int identifier, long address, int length) {
        Sqe.describe(rig.memory.at(LIST, 65536), 16L * index, identifier, address, length);
    }

    @Test
    void segments_lead_to_segments() {
        descriptor(0, DATA_BLOCK, Rig.DATA, 100);
        descriptor(1, SEGMENT, LIST + 16 * 10, 48);
        descriptor(10, DATA_BLOCK, Rig.DATA + 0x1000, 0);
        descriptor(11, DATA_BLOCK, Rig.DATA + 0x2001, 300);
        descriptor(12, LAST, LIST + 16 * 20, 16);
        descriptor(20, DATA_BLOCK, Rig.DATA + 0x3000, 624);
        assertThat(pair.status(read(2).sgl(SglDescriptor.SEGMENT, LIST, 32))).isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 100);
        expectRead(100, Rig.DATA + 0x2001, 300);
        expectRead(400, Rig.DATA + 0x3000, 624);
    }

    @Test
    void a_bit_bucket_swallows_what_is_read() {
        descriptor(0, DATA_BLOCK, Rig.DATA, 100);
        descriptor(1, BUCKET, 0, 200);
        descriptor(2, DATA_BLOCK, Rig.DATA + 0x1000, 212);
        assertThat(pair.status(read(1).sgl(SglDescriptor.LAST_SEGMENT, LIST, 48)))
                .isEqualTo(SUCCESS);
        expectRead(0, Rig.DATA, 100);
        expectRead(300, Rig.DATA + 0x1000, 212);
    }

    @Test
    void a_bit_bucket_has_no_length_for_a_write() {
        rig.data(512).fill((byte) 7);
        descriptor(0, DATA_BLOCK, Rig.DATA, 256);
        descriptor(1, BUCKET, 0, 200);
        descriptor(2, DATA_BLOCK, Rig.DATA, 256);
        Sqe write = Sqe.of(IoOpcode.WRITE).nsid(1).blocks(3, 1);
        assertThat(pair.status(write.sgl(SglDescriptor.LAST_SEGMENT, LIST, 48))).isEqualTo(SUCCESS);
        assertThat(media.asSlice(3 * BLOCK, BLOCK).mismatch(rig.data(512))).isEqualTo(-1);
    }

    @Test
    void a_segment_ends_with_a_segment_and_the_last_one_does_not() {
        descriptor(0, DATA_BLOCK, Rig.DATA, 256);
        descriptor(1, DATA_BLOCK, Rig.DATA, 256);
        assertThat(pair.status(read(1).sgl(SglDescriptor.SEGMENT, LIST, 32))).isEqualTo(INVALID_SGL_SEGMENT);
        descriptor(1, LAST, LIST, 16);
        assertThat(pair.status(read(1).sgl(SglDescriptor.LAST_SEGMENT, LIST, 32)))
                .isEqualTo(INVALID_SGL_SEGMENT);
        descriptor(0, LAST, LIST, 16);
        descriptor(1, LAST, LIST, 16);
        assertThat(pair.status(read(1).sgl(SglDescriptor.SEGMENT, LIST, 32))).isEqualTo(INVALID_SGL_SEGMENT);
    }

    @Test
    void segments_in_a_circle_end() {
        descriptor(0, SEGMENT, LIST, 16);
        assertThat(pair.status(read(1).sgl(SglDescriptor.SEGMENT, LIST, 16))).isEqualTo(INVALID_SGL_COUNT);
    }

    @Test
    void more_pieces_than_the_controller_keeps_are_refused() {
        for (int i = 0; i < 1025; i++) {
            descriptor(i, DATA_BLOCK, Rig.DATA + 2L * i, 1);
        }
        assertThat(pair.status(read(3).sgl(SglDescriptor.LAST_SEGMENT, LIST, 1025 * 16)))
                .isEqualTo(INVALID_SGL_COUNT);
    }

    @Test
    void a_segment_that_cannot_be_reached_is_an_error_of_the_transfer() {
        assertThat(pair.status(read(1).sgl(SglDescriptor.LAST_SEGMENT, Rig.END - 8, 16)))
                .isEqualTo(DATA_TRANSFER_ERROR);
    }

    @Test
    void a_subtype_that_is_no_address_is_refused() {
        descriptor(0, DATA_BLOCK | 1, Rig.DATA, 512);
        assertThat(pair.status(read(1).sgl(SglDescriptor.LAST_SEGMENT, LIST, 16)))
                .isEqualTo(SGL_TYPE_INVALID);
    }

    @Test
    void a_reserved_kind_of_pointer_is_refused() {
        assertThat(pair.status(read(1).prp(Rig.DATA, 0).flags(SubmissionEntry.PSDT.set(0, 3))))
                .isEqualTo(INVALID_FIELD);
    }
}
