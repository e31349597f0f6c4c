// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Tells from the first bytes of a disk what is on it. Only what is widespread; nothing found is no proof of an empty disk.
 *
 * <p>Threads: stateless.
 */
final class DiskSignature {
    /** How many bytes have to be looked at. */
    static final int BYTES = ZfsLabel.BYTES;

    /** What ZFS has; the name of the pool follows after a blank, if it is known. */
    static final String ZFS = "ZFS pool";

    /** The innermost first: what is inside a partition table is not looked at, so tables come last. */
    private static final List<Magic> KNOWN = List.of(
            new Magic("ext2/3/4", 0x438, "S\u00ef"),
            new Magic("xfs", 0, "XFSB"),
            new Magic("btrfs", 0x10040, "_BHRfS_M"),
            new Magic("LUKS", 0, "LUKS\u00ba\u00be"),
            new Magic("LVM physical volume", 512, "LABELONE"),
            new Magic("swap", 4086, "SWAPSPACE2"),
            new Magic("md RAID", 4096, "\u00fcN+\u00a9"),
            new Magic("NTFS", 3, "NTFS    "),
            new Magic("bcache", 4120, "\u00c6\u0085s\u00f6N\u001aE\u00ca"),
            new Magic("GPT", 512, "EFI PART"),
            new Magic("partition table or boot sector", 510, "U\u00aa"));

    private record Magic(String name, int offset, String bytes) {
        boolean isIn(String disk) {
            return disk.startsWith(bytes, offset);
        }
    }

    private DiskSignature() {}

    /** What a disk with these first bytes holds. */
    static Optional<String> of(byte[] first) {
        String pool = ZfsLabel.pool(first);
        if (pool != null && !pool.isEmpty()) {
            // ZFS does not overwrite the first 8 KiB, so what was there before may still be there.
            return Optional.of(ZFS + " " + pool);
        }
        String disk = new String(first, StandardCharsets.ISO_8859_1);
        return KNOWN.stream()
                .filter(magic -> magic.isIn(disk))
                .map(Magic::name)
                .findFirst()
                .or(() -> Optional.ofNullable(pool == null ? null : ZFS));
    }
}
