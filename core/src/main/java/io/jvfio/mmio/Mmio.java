// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import static io.jvfio.mmio.Layouts.BYTE;
import static io.jvfio.mmio.Layouts.LE_INT;
import static io.jvfio.mmio.Layouts.LE_LONG;
import static io.jvfio.mmio.Layouts.LE_SHORT;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;

/**
 * The registers of a device: every register access in this project is a method of this class.
 *
 * <p>A register space has a size, a {@link RegisterPort}, and at most one window: a part that is mapped into this
 * process. An access inside the window is one load or store of exactly that width; any other is one call of the port.
 * Offsets and {@code Register*} are for little-endian registers, as PCI defines them, {@code BigRegister*} for big-endian
 * ones. There is no bulk access but {@link #write64s}.
 *
 * <p>Order: loads and stores reach the device in program order, are not merged and not dropped, and every earlier store
 * to memory, DMA memory included, is visible before a register store is. A value that guards later reads of memory is
 * read by {@code read32Acquire} and its like. What orders memory alone is {@code publish} and {@code acquire} of
 * {@link Word32} and its like.
 *
 * <p>Every access throws {@link IllegalArgumentException} if the offset is not aligned to the width,
 * {@link IndexOutOfBoundsException} if the access leaves the register space, {@link IllegalStateException} if the
 * window or the device is closed, and what the port throws. A fault in the window (the device is gone, or does not
 * decode) appears late, as {@link FaultGuard} tells: guard every loop. 8-byte accesses are for devices that take them;
 * for others there are accesses in halves.
 *
 * <p>Threads: thread-safe as far as the device's registers are. Accesses neither lock nor allocate, and block only where
 * the port does. The window is borrowed; whoever mapped it ends it.
 */
public final class Mmio {

    /** Windows start at multiples of this, so that alignment in the register space is alignment in memory. */
    private static final int WINDOW_ALIGNMENT = Long.BYTES;

    private static final VarHandle V8 = BYTE.varHandle().withInvokeExactBehavior();
    private static final VarHandle V16 = LE_SHORT.varHandle().withInvokeExactBehavior();
    private static final VarHandle V32 = LE_INT.varHandle().withInvokeExactBehavior();
    private static final VarHandle V64 = LE_LONG.varHandle().withInvokeExactBehavior();
    private static final VarHandle BYTES =
            LE_LONG.withByteAlignment(1).varHandle().withInvokeExactBehavior();

    private final MemorySegment window;
    private final long windowStart;

    /** The window, if it starts where the register space does, else empty: an access of it has nothing to subtract. */
    private final MemorySegment low;

    private final RegisterPort port;
    private final long portStart;
    private final long size;
    private final String subject;
    private final FaultGuard guard;

    /**
     * Always 0, but the compiler must not know it, so it is not final. What is loaded from the window is combined with it:
     * else C2 joins the load with what the program does to the value, in whatever access mode. It then reads one byte of a
     * 32-bit register of which only the low 8 bits are wanted, and makes instructions that HotSpot cannot step over after
     * a fault (a load that widens an {@code int}: ShouldNotReachHere in the signal handler, JDK 25), or that hypervisors
     * do not emulate. So each load is a plain one of its width.
     */
    @SuppressWarnings("FieldMayBeFinal")
    private long zero;

    private Mmio(
            MemorySegment window, long windowStart, RegisterPort port, long portStart, long size, Identity identity) {
        this.window = window;
        this.windowStart = windowStart;
        this.low = windowStart == 0 ? window : MemorySegment.NULL;
        this.port = port;
        this.portStart = portStart;
        this.size = size;
        this.subject = identity.subject;
        this.guard = identity.guard;
    }

    private record Identity(String subject, FaultGuard guard) {}

    /**
     * A register space in which every access is a call of the port.
     *
     * @param port is given offsets from 0 to {@code size - 1}
     * @param size bytes, 0 or more
     * @param subject what it is, for messages: {@code 0000:01:00.0 BAR 0}
     * @throws IllegalArgumentException if the size is negative
     */
    public static Mmio of(RegisterPort port, long size, String subject) {
        if (size < 0) {
            throw new IllegalArgumentException(subject + " of size " + Hex.of(size));
        }
        Identity identity = new Identity(Objects.requireNonNull(subject, "subject"), FaultGuard.NONE);
        return new Mmio(MemorySegment.NULL, 0, Objects.requireNonNull(port, "port"), 0, size, identity);
    }

    /**
     * The same register space with a part of it mapped.
     *
     * @param memory the mapped part: native, from one mapping class, 8-byte aligned; borrowed
     * @param start where it starts in the register space, a multiple of 8 bytes
     * @param faults what explains faults in it
     * @throws IllegalArgumentException if the memory is not native, not aligned or does not fit the register space
     */
    public Mmio withWindow(MemorySegment memory, long start, FaultGuard faults) {
        if (!memory.isNative() || ((memory.address() | start) & (WINDOW_ALIGNMENT - 1)) != 0) {
            throw new IllegalArgumentException("no window: " + memory + " at " + Hex.of(start));
        }
        if (start < 0 || memory.byteSize() > size - start) {
            throw new IllegalArgumentException("a window of " + Hex.of(memory.byteSize()) + " bytes at " + Hex.of(start)
                    + " is not inside " + this);
        }
        return new Mmio(memory, start, port, portStart, size, new Identity(subject, faults));
    }

    /**
     * A part of this register space as a space of its own, for a block that repeats: offset 0 of the result is
     * {@code offset} here. It shares the window.
     *
     * @param offset where the part starts, a multiple of 8 bytes
     * @param length bytes, 0 or more
     * @throws IllegalArgumentException if the offset is not a multiple of 8
     * @throws IndexOutOfBoundsException if the part is not inside
     */
    public Mmio slice(long offset, long length) {
        Offsets.checkPart(offset, length, WINDOW_ALIGNMENT, this);
        String name = subject + "+" + Hex.of(offset);
        long first = Math.max(windowStart, offset);
        long end = Math.min(windowStart + window.byteSize(), offset + length);
        boolean mapped = first < end;
        return new Mmio(
                mapped ? window.asSlice(first - windowStart, end - first) : MemorySegment.NULL,
                mapped ? first - offset : 0,
                port,
                portStart + offset,
                length,
                new Identity(name, guard));
    }

    /** How large the register space is, in bytes. */
    public long size() {
        return size;
    }

    /**
     * Whether an access there is a load or store of this process, not a call.
     *
     * @param offset bytes from the start
     * @param length bytes
     */
    public boolean isMapped(long offset, long length) {
        long at = offset - windowStart;
        return at >= 0 && length >= 0 && at <= window.byteSize() - length;
    }

    /** Reads an 8-bit register: 0 to 0xff. */
    public int read8(long offset) {
        return offset >= 0 && offset < low.byteSize()
                ? (byte) V8.getOpaque(low, offset) & 0xff ^ (int) zero
                : (int) call(offset, 1);
    }

    /** Reads a 16-bit register: 0 to 0xffff. */
    public int read16(long offset) {
        return offset >= 0 && offset < low.byteSize() - 1 && (offset & 1) == 0
                ? (short) V16.getOpaque(low, offset) & 0xffff ^ (int) zero
                : (int) call(offset, 2);
    }

    /** Reads a 32-bit register. */
    public int read32(long offset) {
        return offset >= 0 && offset < low.byteSize() - 3 && (offset & 3) == 0
                ? (int) V32.getOpaque(low, offset) ^ (int) zero
                : (int) call(offset, 4);
    }

    /** Reads a 64-bit register in one access. */
    public long read64(long offset) {
        return offset >= 0 && offset < low.byteSize() - 7 && (offset & 7) == 0
                ? (long) V64.getOpaque(low, offset) ^ zero
                : call(offset, 8);
    }

    /** As {@link #read8}; later reads of memory happen after it. */
    public int read8Acquire(long offset) {
        int value = read8(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** As {@link #read16}; later reads of memory happen after it. */
    public int read16Acquire(long offset) {
        int value = read16(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** As {@link #read32}; later reads of memory happen after it. */
    public int read32Acquire(long offset) {
        int value = read32(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** As {@link #read64}; later reads of memory happen after it. */
    public long read64Acquire(long offset) {
        long value = read64(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** Writes an 8-bit register: the low 8 bits of the value. */
    public void write8(long offset, int value) {
        VarHandle.releaseFence();
        if (offset >= 0 && offset < low.byteSize()) {
            V8.set(low, offset, (byte) value);
            VarHandle.storeStoreFence();
        } else {
            call(offset, 1, value);
        }
    }

    /** Writes a 16-bit register: the low 16 bits of the value. */
    public void write16(long offset, int value) {
        VarHandle.releaseFence();
        if (offset >= 0 && offset < low.byteSize() - 1 && (offset & 1) == 0) {
            V16.set(low, offset, (short) value);
            VarHandle.storeStoreFence();
        } else {
            call(offset, 2, value);
        }
    }

    /** Writes a 32-bit register. */
    public void write32(long offset, int value) {
        VarHandle.releaseFence();
        if (offset >= 0 && offset < low.byteSize() - 3 && (offset & 3) == 0) {
            V32.set(low, offset, value);
            VarHandle.storeStoreFence();
        } else {
            call(offset, 4, value);
        }
    }

    /** Writes a 64-bit register in one access. */
    public void write64(long offset, long value) {
        VarHandle.releaseFence();
        if (offset >= 0 && offset < low.byteSize() - 7 && (offset & 7) == 0) {
            V64.set(low, offset, value);
            VarHandle.storeStoreFence();
        } else {
            call(offset, 8, value);
        }
    }

    /**
     * Writes adjacent 64-bit registers, or memory of the device, from memory: the accesses of as many {@link #write64},
     * in ascending order, with half of their fences. Bytes keep their order.
     *
     * @param offset of the first one, a multiple of 8
     * @param source where the bytes are, heap or native, of any alignment
     * @param from where they begin in it
     * @param count how many words of 8 bytes, 0 or more
     * @throws IndexOutOfBoundsException if they are not inside the register space or the source; nothing is written
     */
    public void write64s(long offset, MemorySegment source, long from, int count) {
        long length = (long) Long.BYTES * count;
        Offsets.checkPart(offset, length, Long.BYTES, this);
        Objects.checkFromIndexSize(from, length, source.byteSize());
        if (isMapped(offset, length)) {
            MemorySegment target = window; // in local variables, as fences make fields be read anew
            long at = offset - windowStart;
            VarHandle.releaseFence();
            for (int i = 0; i < count; i++) {
                V64.set(target, at + (long) Long.BYTES * i, (long) BYTES.get(source, from + (long) Long.BYTES * i));
                VarHandle.storeStoreFence();
            }
        } else {
            for (int i = 0; i < count; i++) {
                write64(offset + (long) Long.BYTES * i, (long) BYTES.get(source, from + (long) Long.BYTES * i));
            }
        }
    }

    /** Reads a 64-bit register as two 32-bit ones, at a multiple of 4, the low half first. It can change in between. */
    public long read64LowFirst(long offset) {
        Offsets.checkHalves(offset, this);
        long low = Integer.toUnsignedLong(read32(offset));
        return (long) read32(offset + Integer.BYTES) << 32 | low;
    }

    /** Reads a 64-bit register as two 32-bit ones, at a multiple of 4, the high half first. It can change in between. */
    public long read64HighFirst(long offset) {
        Offsets.checkHalves(offset, this);
        long high = (long) read32(offset + Integer.BYTES) << 32;
        return high | Integer.toUnsignedLong(read32(offset));
    }

    /** Writes a 64-bit register as two 32-bit ones, at a multiple of 4, the low half first. */
    public void write64LowFirst(long offset, long value) {
        Offsets.checkHalves(offset, this);
        write32(offset, (int) value);
        write32(offset + Integer.BYTES, (int) (value >>> 32));
    }

    /** Writes a 64-bit register as two 32-bit ones, at a multiple of 4, the high half first. */
    public void write64HighFirst(long offset, long value) {
        Offsets.checkHalves(offset, this);
        write32(offset + Integer.BYTES, (int) (value >>> 32));
        write32(offset, (int) value);
    }

    /** Reads a register: 0 to 0xff. */
    public int read(Register8 register) {
        return read8(register.offset());
    }

    /** Reads a register: 0 to 0xffff. */
    public int read(Register16 register) {
        return read16(register.offset());
    }

    /** Reads a register. */
    public int read(Register32 register) {
        return read32(register.offset());
    }

    /** Reads a register in one access. */
    public long read(Register64 register) {
        return read64(register.offset());
    }

    /** Reads a register. */
    public int read(BigRegister32 register) {
        return Integer.reverseBytes(read32(register.offset()));
    }

    /** Reads a register in one access. */
    public long read(BigRegister64 register) {
        return Long.reverseBytes(read64(register.offset()));
    }

    /** Reads a register and takes a field of bits 7:0 out of it. */
    public int read(Register8 register, Field field) {
        Offsets.checkBits(field, Byte.SIZE);
        return field.of(read8(register.offset()));
    }

    /** Reads a register and takes a field of bits 15:0 out of it. */
    public int read(Register16 register, Field field) {
        Offsets.checkBits(field, Short.SIZE);
        return field.of(read16(register.offset()));
    }

    /** Reads a register and takes a field out of it. */
    public int read(Register32 register, Field field) {
        return field.of(read32(register.offset()));
    }

    /** Reads a register in one access and takes a field out of it. */
    public long read(Register64 register, Field field) {
        return field.of(read64(register.offset()));
    }

    /** Reads a register and takes a field out of it. */
    public int read(BigRegister32 register, Field field) {
        return field.of(read(register));
    }

    /** Reads a register in one access and takes a field out of it. */
    public long read(BigRegister64 register, Field field) {
        return field.of(read(register));
    }

    /** Writes a register: the low 8 bits of the value. */
    public void write(Register8 register, int value) {
        write8(register.offset(), value);
    }

    /** Writes a register: the low 16 bits of the value. */
    public void write(Register16 register, int value) {
        write16(register.offset(), value);
    }

    /** Writes a register. */
    public void write(Register32 register, int value) {
        write32(register.offset(), value);
    }

    /** Writes a register in one access. */
    public void write(Register64 register, long value) {
        write64(register.offset(), value);
    }

    /** Writes a register. */
    public void write(BigRegister32 register, int value) {
        write32(register.offset(), Integer.reverseBytes(value));
    }

    /** Writes a register in one access. */
    public void write(BigRegister64 register, long value) {
        write64(register.offset(), Long.reverseBytes(value));
    }

    /**
     * Changes a field and leaves the rest: one read, then one write. Not atomic; registers that others change too, or
     * whose bits are cleared by writing 1, are not for it.
     *
     * @throws IllegalArgumentException if the value has more bits than the field; nothing is read or written then
     */
    public void modify(Register32 register, Field field, int value) {
        int bits = field.set(0, value);
        write32(register.offset(), read32(register.offset()) & ~(int) field.mask() | bits);
    }

    /** As {@link #modify(Register32, Field, int)}, for an 8-bit register and a field of its bits. */
    public void modify(Register8 register, Field field, int value) {
        Offsets.checkBits(field, Byte.SIZE);
        int bits = field.set(0, value);
        write8(register.offset(), read8(register.offset()) & ~(int) field.mask() | bits);
    }

    /** As {@link #modify(Register32, Field, int)}, for a 16-bit register and a field of its bits. */
    public void modify(Register16 register, Field field, int value) {
        Offsets.checkBits(field, Short.SIZE);
        int bits = field.set(0, value);
        write16(register.offset(), read16(register.offset()) & ~(int) field.mask() | bits);
    }

    /** As {@link #modify(Register32, Field, int)}, for a 64-bit register. */
    public void modify(Register64 register, Field field, long value) {
        long bits = field.set(0L, value);
        write64(register.offset(), read64(register.offset()) & ~field.mask() | bits);
    }

    /** As {@link #modify(Register32, Field, int)}, for a big-endian register. */
    public void modify(BigRegister32 register, Field field, int value) {
        int bits = field.set(0, value);
        write(register, read(register) & ~(int) field.mask() | bits);
    }

    /** As {@link #modify(Register32, Field, int)}, for a big-endian 64-bit register. */
    public void modify(BigRegister64 register, Field field, long value) {
        long bits = field.set(0L, value);
        write(register, read(register) & ~field.mask() | bits);
    }

    /**
     * Polls a register until a field has a value: some reads without pause, then with pauses of up to a millisecond. A
     * fault is explained as in guarded code. When the field has the value, later reads of memory happen after that read.
     * An interrupt does not end the wait; it is kept.
     *
     * @param timeout how long at most; zero reads once
     * @return whether the field had the value in time
     * @throws IllegalArgumentException if the value has more bits than the field
     */
    public boolean awaitField(Register32 register, Field field, int value, Duration timeout) {
        int wanted = field.set(0, value);
        return await(register.offset(), Integer.BYTES, field.mask(), Integer.toUnsignedLong(wanted), timeout);
    }

    /** As {@link #awaitField(Register32, Field, int, Duration)}, for an 8-bit register and a field of its bits. */
    public boolean awaitField(Register8 register, Field field, int value, Duration timeout) {
        Offsets.checkBits(field, Byte.SIZE);
        return await(register.offset(), Byte.BYTES, field.mask(), field.set(0, value), timeout);
    }

    /** As {@link #awaitField(Register32, Field, int, Duration)}, for a 16-bit register and a field of its bits. */
    public boolean awaitField(Register16 register, Field field, int value, Duration timeout) {
        Offsets.checkBits(field, Short.SIZE);
        return await(register.offset(), Short.BYTES, field.mask(), field.set(0, value), timeout);
    }

    /** As {@link #awaitField(Register32, Field, int, Duration)}, for a 64-bit register. */
    public boolean awaitField(Register64 register, Field field, long value, Duration timeout) {
        return await(register.offset(), Long.BYTES, field.mask(), field.set(0L, value), timeout);
    }

    /** As {@link #awaitField(Register32, Field, int, Duration)}, for a big-endian register. */
    public boolean awaitField(BigRegister32 register, Field field, int value, Duration timeout) {
        long mask = Integer.toUnsignedLong(Integer.reverseBytes((int) field.mask()));
        long wanted = Integer.toUnsignedLong(Integer.reverseBytes(field.set(0, value)));
        return await(register.offset(), Integer.BYTES, mask, wanted, timeout);
    }

    /** As {@link #awaitField(Register32, Field, int, Duration)}, for a big-endian 64-bit register. */
    public boolean awaitField(BigRegister64 register, Field field, long value, Duration timeout) {
        long mask = Long.reverseBytes(field.mask());
        return await(register.offset(), Long.BYTES, mask, Long.reverseBytes(field.set(0L, value)), timeout);
    }

    /** {@code 0000:01:00.0 BAR 0 of 0x4000 bytes}. */
    @Override
    public String toString() {
        return subject + " of " + Hex.of(size) + " bytes";
    }

    private boolean await(long offset, int width, long mask, long wanted, Duration timeout) {
        try {
            boolean met = Polling.await(this, offset, width, mask, wanted, timeout);
            guard.settle();
            return met;
        } catch (RuntimeException | Error failure) {
            throw guard.explain(failure);
        }
    }

    /** An access that is in the window only if that starts later, or is one of the port, or is refused. */
    private long call(long offset, int width) {
        Offsets.check(offset, width, this);
        if (!isMapped(offset, width)) {
            return port.read(portStart + offset, width);
        }
        long at = offset - windowStart;
        return switch (width) {
            case 1 -> (byte) V8.getOpaque(window, at) & 0xff ^ (int) zero;
            case 2 -> (short) V16.getOpaque(window, at) & 0xffff ^ (int) zero;
            case 4 -> (int) V32.getOpaque(window, at) ^ (int) zero;
            default -> (long) V64.getOpaque(window, at) ^ zero;
        };
    }

    private void call(long offset, int width, long value) {
        Offsets.check(offset, width, this);
        if (!isMapped(offset, width)) {
            port.write(portStart + offset, width, value);
            return;
        }
        long at = offset - windowStart;
        switch (width) {
            case 1 -> V8.set(window, at, (byte) value);
            case 2 -> V16.set(window, at, (short) value);
            case 4 -> V32.set(window, at, (int) value);
            default -> V64.set(window, at, value);
        }
        VarHandle.storeStoreFence();
    }
}
