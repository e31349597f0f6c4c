// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jvfio.device.InfoCapability;
import io.jvfio.internal.uapi.MalformedStructException;
import io.jvfio.internal.uapi.Struct;
import io.jvfio.internal.uapi.VfioInfoCapHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;

/** The bytes of one capability, which may have grown at its end. */
final class CapabilityBytes {
    private static final int HEADER = 8;

    private final String name;
    private final int id;
    private final int[] sizes;

    /**
     * Describes it.
     *
     * @param name for messages
     * @param sizes how many bytes each version has, from version 1 on
     */
    CapabilityBytes(String name, int id, int... sizes) {
        this.name = name;
        this.id = id;
        this.sizes = sizes;
    }

    /**
     * What there is of it.
     *
     * @param version the newest known version whose bytes are all there
     * @param bytes those of this version
     */
    record Versioned(int version, MemorySegment bytes) {}

    Versioned of(InfoCapability capability) {
        return versioned(capability.id(), capability.version(), capability.data());
    }

    Versioned of(MemorySegment bytes, ByteOrder order) {
        Objects.requireNonNull(order, "order");
        if (bytes.byteSize() < HEADER) {
            throw new MalformedZpciException(name + " ends after " + bytes.byteSize() + " bytes, within its header");
        }
        VfioInfoCapHeader header = VfioInfoCapHeader.STRUCT.read(bytes.asSlice(0, HEADER), order);
        return versioned(header.id(), header.version(), bytes);
    }

    private Versioned versioned(int found, int version, MemorySegment bytes) {
        if (found != id || version == 0) {
            throw new MalformedZpciException("capability " + found + " version " + version + " is no " + name);
        }
        int known = Math.min(version, sizes.length);
        while (known > 0 && sizes[known - 1] > bytes.byteSize()) {
            known--;
        }
        if (known == 0) {
            throw new MalformedZpciException(
                    name + " ends after " + bytes.byteSize() + " bytes, its first version has " + sizes[0]);
        }
        return new Versioned(known, bytes);
    }

    <R extends Record> R read(Versioned found, Struct<R> struct, ByteOrder order) {
        return struct.read(found.bytes().asSlice(0, sizes[found.version() - 1]), order);
    }

    /** The bytes behind the fixed part, as many as the capability says. */
    byte[] tail(MemorySegment bytes, Tail tail) {
        try {
            return tail.of(bytes).toArray(JAVA_BYTE);
        } catch (MalformedStructException e) {
            throw new MalformedZpciException(name + ": " + e.getMessage());
        }
    }

    /** Where the tail lies. */
    interface Tail {
        MemorySegment of(MemorySegment bytes);
    }

    /** Refuses a version that nothing is known of. */
    void require(int version) {
        if (version < 1 || version > sizes.length) {
            throw new IllegalArgumentException(name + " has versions 1 to " + sizes.length + ", not " + version);
        }
    }

    VfioInfoCapHeader header(int version) {
        return new VfioInfoCapHeader(id, version, 0);
    }

    /** The bytes of a version, the chain's next offset being 0. */
    <R extends Record> byte[] write(int version, Struct<R> struct, R record, ByteOrder order) {
        Objects.requireNonNull(order, "order");
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) struct.byteSize()]);
        struct.fill(bytes, record, order);
        return bytes.asSlice(0, sizes[version - 1]).toArray(JAVA_BYTE);
    }

    InfoCapability capability(int version, byte[] bytes) {
        return new InfoCapability(id, version, MemorySegment.ofArray(bytes));
    }
}
