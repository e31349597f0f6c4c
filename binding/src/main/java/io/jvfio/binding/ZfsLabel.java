// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The first of the four labels that ZFS writes to each of its disks: a list of names and values at 16 KiB, in XDR, and from
 * 128 KiB on the uberblocks (on-disk format of ZFS, chapter 1). The disk can hold anything, so nothing in it is trusted.
 *
 * <p>Threads: stateless.
 */
final class ZfsLabel {
    /** The end of the label. */
    static final int BYTES = 0x40000;

    private static final int LIST = 0x4000;
    private static final int UBERBLOCKS = 0x20000;
    private static final int SMALLEST_UBERBLOCK = 1024;
    private static final long MAGIC = 0x00bab10cL;

    private static final byte XDR = 1;
    private static final int LIST_HEADER = 4 + 8;
    private static final int STRING = 9;
    private static final int MOST_PAIRS = 64;
    private static final int LONGEST_NAME = 255;
    private static final Pattern POOL_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.: -]*");

    private ZfsLabel() {}

    /** The name of the pool that a disk with these first bytes is of; empty if it is of ZFS without one, null if not of it. */
    static @Nullable String pool(byte[] first) {
        if (!hasUberblock(ByteBuffer.wrap(first))) {
            return null;
        }
        try {
            return name(ByteBuffer.wrap(first, LIST, UBERBLOCKS - LIST).slice());
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbage) {
            return "";
        }
    }

    /** They are written in turn, in the byte order of whoever writes, and a new pool has not written all. */
    private static boolean hasUberblock(ByteBuffer label) {
        int end = Math.min(label.limit(), BYTES);
        for (int offset = UBERBLOCKS; offset + Long.BYTES <= end; offset += SMALLEST_UBERBLOCK) {
            long magic = label.getLong(offset);
            if (magic == MAGIC || Long.reverseBytes(magic) == MAGIC) {
                return true;
            }
        }
        return false;
    }

    /** Each pair: its size, its size in memory, its name, the type, the count, and the value; a size of 0 ends the list. */
    private static String name(ByteBuffer list) {
        if (list.get(0) != XDR) {
            return "";
        }
        int start = LIST_HEADER;
        for (int pair = 0; pair < MOST_PAIRS; pair++) {
            int size = list.getInt(start);
            if (size <= 0 || size > list.limit() - start) {
                return "";
            }
            list.position(start + 8);
            if (text(list).equals("name") && list.getInt() == STRING && list.getInt() == 1) {
                String name = text(list);
                return POOL_NAME.matcher(name).matches() ? name : "";
            }
            start += size;
        }
        return "";
    }

    /** The length, the bytes, and zeros up to a multiple of four bytes. */
    private static String text(ByteBuffer list) {
        int length = list.getInt();
        if (length < 0 || length > LONGEST_NAME || length > list.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        list.get(bytes);
        list.position(Math.min(list.limit(), list.position() + (-length & 3)));
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
