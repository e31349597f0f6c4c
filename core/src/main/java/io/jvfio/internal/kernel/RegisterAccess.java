// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.device.VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.ThreadMemory;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Register and byte access to the regions of a kernel device by {@code pread} and {@code pwrite} on its file.
 *
 * <p>Threads: thread-safe; single registers allocate nothing and, but for writes of config space, take no lock.
 */
final class RegisterAccess {
    private static final ValueLayout.OfByte LE_8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort LE_16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE_32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE_64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Descriptor fd;
    private final RegionTable regions;
    private final DeviceInfo info;
    private final String name;

    /** A leaf: held for the accesses of one write, or of one modification, of config space and nothing else. */
    private final ReentrantLock configWrites = new ReentrantLock();

    RegisterAccess(Descriptor fd, RegionTable regions, DeviceInfo info, String name) {
        this.fd = fd;
        this.regions = regions;
        this.info = info;
        this.name = name;
    }

    long read(int region, long offset, int width) {
        long at = place(region, offset, width);
        MemorySegment scratch = ThreadMemory.current().scratch();
        check("read", fd.pread(scratch, width, at), region, offset, width);
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(scratch.get(LE_8, 0));
            case 2 -> Short.toUnsignedLong(scratch.get(LE_16, 0));
            case 4 -> Integer.toUnsignedLong(scratch.get(LE_32, 0));
            default -> scratch.get(LE_64, 0);
        };
    }

    void write(int region, long offset, int width, long value) {
        if (info.isConfigSpace(region)) {
            configWrites.lock();
            try {
                put(region, offset, width, value);
            } finally {
                configWrites.unlock();
            }
        } else {
            put(region, offset, width, value);
        }
    }

    private void put(int region, long offset, int width, long value) {
        long at = place(region, offset, width);
        MemorySegment scratch = ThreadMemory.current().scratch();
        scratch.set(LE_64, 0, value);
        check("write", fd.pwrite(scratch, width, at), region, offset, width);
    }

    long modify(int region, long offset, int width, long mask, long value) {
        info.requireConfigSpace(region, name);
        configWrites.lock();
        try {
            long before = read(region, offset, width);
            put(region, offset, width, before & ~mask | value & mask);
            return before;
        } finally {
            configWrites.unlock();
        }
    }

    /** Turns bus mastering off, unless it is. */
    void clearBusMaster() {
        long command = read(VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, Short.BYTES);
        if ((command & PciRegisters.COMMAND_MASTER) != 0) {
            modify(VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, Short.BYTES, PciRegisters.COMMAND_MASTER, 0);
        }
    }

    /**
     * Turns bus mastering off before a reset.
     *
     * @return false if the function gives no registers: one that IBM Z has stopped after an error is so until it is reset
     */
    boolean clearBusMasterIfPossible() {
        try {
            clearBusMaster();
            return true;
        } catch (DeviceGoneException e) {
            return false;
        }
    }

    int readBytes(int region, long offset, MemorySegment target) {
        return move("read", fd::pread, region, offset, target);
    }

    int writeBytes(int region, long offset, MemorySegment source) {
        if (!info.isConfigSpace(region)) {
            return move("write", fd::pwrite, region, offset, source);
        }
        configWrites.lock();
        try {
            return move("write", fd::pwrite, region, offset, source);
        } finally {
            configWrites.unlock();
        }
    }

    private int move(String call, Transfer transfer, int region, long offset, MemorySegment memory) {
        long size = regions.info(region).room(offset, memory);
        long done = 0;
        while (done < size) {
            MemorySegment rest = memory.asSlice(done, size - done);
            long moved = transfer.run(rest, size - done, regions.fileOffset(region) + offset + done);
            if (moved <= 0) {
                throw failure(call, moved, region, offset + done, size - done);
            }
            done += moved;
        }
        return (int) done;
    }

    private long place(int region, long offset, int width) {
        regions.info(region).checkRegister(offset, width, info.isConfigSpace(region), name);
        return regions.fileOffset(region) + offset;
    }

    private void check(String call, long moved, int region, long offset, int width) {
        if (moved != width) {
            throw failure(call, moved, region, offset, width);
        }
    }

    private RuntimeException failure(String call, long result, int region, long offset, long size) {
        String subject = Hex.of(size) + " bytes at " + Hex.of(offset) + " of region " + region + " of " + name;
        return result < 0
                ? Ioctls.failure(call, (int) -result, subject)
                : new VfioException(call, Errno.EIO, subject, "only " + result + " bytes were moved");
    }

    /** {@code pread} or {@code pwrite}: the number of bytes or {@code -errno}. */
    @FunctionalInterface
    private interface Transfer {
        long run(MemorySegment memory, long size, long offset);
    }
}
