// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.mmio.RegisterPort;

/** Config space in an array, as a port. It counts the accesses, and a write of any width changes just its bytes. */
public final class ConfigBytes implements RegisterPort {
    final byte[] bytes;
    int reads;
    int writes;

    ConfigBytes(int size) {
        bytes = new byte[size];
    }

    /** Puts a little-endian value. */
    public ConfigBytes put(int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    /** Puts a standard capability's header. */
    ConfigBytes capability(int offset, int id, int next) {
        return put(offset, 1, id).put(offset + 1, 1, next);
    }

    /** Puts an extended capability's header. */
    ConfigBytes extended(int offset, int id, int version, int next) {
        return put(offset, 4, id | version << 16 | (long) next << 20);
    }

    @Override
    public long read(long offset, int width) {
        reads++;
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | bytes[(int) offset + i] & 0xff;
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        writes++;
        put((int) offset, width, value);
    }
}
