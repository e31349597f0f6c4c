// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.driver.nvme.Namespace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what a namespace could hold of worth, by the marks that file systems, partition tables and volume managers leave
 * at known places.
 *
 * <p>Threads: stateless.
 */
final class Signatures {
    /** No mark lies further from the start than this, in bytes. */
    private static final int HEAD = 128 * 1024 + 4096;

    /** Marks at the end, of backups and RAID, lie within this. */
    private static final int TAIL = 128 * 1024;

    private static final int RAID_ALIGNMENT = 4096;
    private static final int PARTITIONS = 446;
    private static final int PARTITION_SIZE = 16;
    private static final int PARTITION_TYPE = 4;

    /** A mark at an offset from the start. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Mark(String holder, int offset, byte[] bytes) {
        static Mark of(String holder, int offset, String text) {
            return new Mark(holder, offset, text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static final List<Mark> MARKS = List.of(
            Mark.of("a GUID partition table", 512, "EFI PART"),
            Mark.of("a GUID partition table", 4096, "EFI PART"),
            Mark.of("an ext2, ext3 or ext4 file system", 1080, "S\u00ef"),
            Mark.of("an XFS file system", 0, "XFSB"),
            Mark.of("a Btrfs file system", 0x10040, "_BHRfS_M"),
            Mark.of("a bcachefs or bcache device", 4120, "\u00c6\u0085s\u00f6N\u001aE\u00ca"),
            Mark.of("an F2FS file system", 1024, "\u0010 \u00f5\u00f2"),
            Mark.of("an NTFS file system", 3, "NTFS    "),
            Mark.of("an exFAT file system", 3, "EXFAT   "),
            Mark.of("a FAT file system", 54, "FAT1"),
            Mark.of("a FAT file system", 82, "FAT32"),
            Mark.of("an EROFS file system", 1024, "\u00e2\u00e1\u00f5\u00e0"),
            Mark.of("a SquashFS file system", 0, "hsqs"),
            Mark.of("an ISO 9660 file system", 0x8001, "CD001"),
            Mark.of("a ZFS pool", 0x20000, "\u000c\u00b1\u00ba\u0000\u0000\u0000\u0000\u0000"),
            Mark.of("a LUKS volume", 0, "LUKS\u00ba\u00be"),
            Mark.of("an LVM physical volume", 0, "LABELONE"),
            Mark.of("an LVM physical volume", 512, "LABELONE"),
            Mark.of("an LVM physical volume", 1024, "LABELONE"),
            Mark.of("an LVM physical volume", 1536, "LABELONE"),
            Mark.of("a swap area", 4086, "SWAPSPACE2"),
            Mark.of("a part of an md RAID", 0, "\u00fcN+\u00a9"),
            Mark.of("a part of an md RAID", 4096, "\u00fcN+\u00a9"),
            Mark.of("a BlueStore device", 0, "bluestore block device"));

    private static final byte[] BACKUP_TABLE = "EFI PART".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] RAID = "\u00fcN+\u00a9".getBytes(StandardCharsets.ISO_8859_1);

    private Signatures() {}

    /** What the namespace seems to hold, for a sentence; null if nothing is known. Reads, and never writes. */
    static @Nullable String find(Namespace namespace) {
        long blockSize = namespace.info().blockSize();
        long size = namespace.info().size();
        MemorySegment head = MemorySegment.ofArray(new byte[(int) whole(Math.min(HEAD, size), blockSize)]);
        namespace.read(0, head);
        for (Mark mark : MARKS) {
            if (holds(head, mark.offset(), mark.bytes())) {
                return mark.holder();
            }
        }
        if (hasPartitions(head)) {
            return "a partition table";
        }
        MemorySegment tail = MemorySegment.ofArray(new byte[(int) whole(Math.min(TAIL, size), blockSize)]);
        namespace.read((size - tail.byteSize()) / blockSize, tail);
        if (holds(tail, tail.byteSize() - blockSize, BACKUP_TABLE)) {
            return "the backup of a GUID partition table";
        }
        return hasRaidAtItsEnd(tail, size - tail.byteSize()) ? "a part of an md RAID" : null;
    }

    private static boolean hasPartitions(MemorySegment head) {
        if (!holds(head, 510, new byte[] {0x55, (byte) 0xaa})) {
            return false;
        }
        for (int partition = 0; partition < 4; partition++) {
            long at = PARTITIONS + (long) partition * PARTITION_SIZE;
            byte status = head.get(ValueLayout.JAVA_BYTE, at);
            if (head.get(ValueLayout.JAVA_BYTE, at + PARTITION_TYPE) != 0 && (status == 0 || status == (byte) 0x80)) {
                return true;
            }
        }
        return false;
    }

    /** Versions 0.90 and 1.0 keep their mark near the end, at a multiple of 4 KiB from the start. */
    private static boolean hasRaidAtItsEnd(MemorySegment tail, long start) {
        for (long at = -start & RAID_ALIGNMENT - 1; at < tail.byteSize(); at += RAID_ALIGNMENT) {
            if (holds(tail, at, RAID)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(MemorySegment memory, long offset, byte[] bytes) {
        if (offset < 0 || offset > memory.byteSize() - bytes.length) {
            return false;
        }
        return MemorySegment.ofArray(bytes).mismatch(memory.asSlice(offset, bytes.length)) < 0;
    }

    private static long whole(long size, long blockSize) {
        return (size + blockSize - 1) / blockSize * blockSize;
    }
}
