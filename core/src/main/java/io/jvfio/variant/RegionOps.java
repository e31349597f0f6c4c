// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a region of a device does: the counterpart of the kernel's {@code vfio_pci_regops}. The regions of a model are
 * made of it, and so are those that a vendor's extension adds to a device.
 *
 * <p>Whoever holds the region checks what comes from outside: the offset lies inside, a register is of 1, 2, 4 or 8 bytes
 * and aligned, memory is native. An implementation has to answer registers; bytes are moved by registers unless it does
 * better, and nothing is mapped unless it says so.
 *
 * <p>Threads: implementations are thread-safe. Register access allocates nothing and waits for nothing.
 */
public interface RegionOps extends RegisterPort {

    /** A region of these registers and nothing else. */
    static RegionOps of(RegisterPort registers) {
        Objects.requireNonNull(registers, "registers");
        return new RegionOps() {
            @Override
            public long read(long offset, int width) {
                return registers.read(offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                registers.write(offset, width, value);
            }

            @Override
            public long modify(long offset, int width, long mask, long value) {
                return registers.modify(offset, width, mask, value);
            }
        };
    }

    /**
     * Reads bytes.
     *
     * @param offset bytes from the region's start
     * @param target native memory to fill, which ends inside the region
     * @return the bytes read, all of them
     */
    default int read(long offset, MemorySegment target) {
        return RegisterBytes.read(this, offset, target);
    }

    /**
     * Writes bytes.
     *
     * @param offset bytes from the region's start
     * @param source native memory to take from, which ends inside the region
     * @return the bytes written, all of them
     */
    default int write(long offset, MemorySegment source) {
        return RegisterBytes.write(this, offset, source);
    }

    /** The parts that can be mapped, page-aligned, in ascending order; they never change. */
    default List<RegionArea> mmapAreas() {
        return List.of();
    }

    /**
     * Maps a part of the region into this process.
     *
     * @param offset bytes from the region's start, a multiple of the page size
     * @param length bytes; with the offset inside one of {@link #mmapAreas}
     * @return the mapping, owned by the caller, or empty if this part cannot be mapped
     */
    default Optional<RegionMapping> map(long offset, long length) {
        return Optional.empty();
    }

    /** The file behind the region, for a server that passes it on; its descriptor is borrowed. */
    default Optional<RegionFile> file() {
        return Optional.empty();
    }

    /**
     * Whether an access may wait for the device. A server then serves it apart from the accesses that do not; nothing else
     * of what is said here changes.
     */
    default boolean slow() {
        return false;
    }

    /** What the region says of itself beyond its size, its areas and its type. */
    default List<InfoCapability> capabilities() {
        return List.of();
    }

    /** Gives back what the region holds; called once, when its device is closed. Later accesses may throw. */
    default void release() {}
}
