// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.RegisterField;
import io.jvfio.pci.config.RegisterValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The config space of a device with an overlay: passed bits go below at each access, virtual ones are kept here.
 *
 * <p>Threads: thread-safe. Accesses allocate nothing. Virtual bits are changed under a lock that is held for nothing else.
 */
final class LiveOverlay implements RegisterPort {
    private static final int REGION = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    private static final int NEXT = 1;

    private final VfioDevice below;
    private final List<ConfigOverlay.Hooked> hooks;
    private final int size;

    /** By aligned four bytes: which bits are virtual, and what a write and a reset do to those. */
    private final int[] virtual;

    private final int[] initial;
    private final int[] writable;
    private final int[] cleared;
    private final int[] sticky;

    /** By aligned four bytes: which bits of the device are cleared, or start something, when written as 1. */
    private final int[] clearedBelow;

    private final AtomicIntegerArray state;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock hookLock = new ReentrantLock();

    /**
     * Puts an overlay on a device.
     *
     * @throws IllegalArgumentException if an added capability lies on one of the device's, or has no list to be in
     */
    LiveOverlay(VfioDevice below, ConfigOverlay overlay) {
        this.below = below;
        this.hooks = overlay.hooks();
        this.size = new ConfigBelow(below).size();
        int words = size + Integer.BYTES - 1 >> 2;
        virtual = new int[words];
        initial = new int[words];
        writable = new int[words];
        cleared = new int[words];
        sticky = new int[words];
        clearedBelow = new int[words];
        ConfigContents contents = ConfigContents.of(ConfigImage.copy(new ConfigBelow(below)));
        noteCleared(0, contents.header());
        contents.capabilities().forEach(each -> noteCleared(each.header().offset(), each.registers()));
        for (ConfigOverlay.Bits bits : overlay.clearedBelow()) {
            set(clearedBelow, bits.offset(), bits.width(), bits.mask(), -1);
        }
        link(overlay.capabilities(), contents);
        overlay.bits().forEach(this::add);
        state = new AtomicIntegerArray(initial);
    }

    private void noteCleared(int base, List<RegisterValue> registers) {
        for (RegisterValue each : registers) {
            for (RegisterField field : each.register().fields()) {
                if (field.access().triggered()) {
                    long mask = field.bits().mask();
                    int at = base + each.register().offset();
                    set(clearedBelow, at, Integer.BYTES, (int) mask, -1);
                    if (mask >>> Integer.SIZE != 0) {
                        set(clearedBelow, at + Integer.BYTES, Integer.BYTES, (int) (mask >>> Integer.SIZE), -1);
                    }
                }
            }
        }
    }

    private void add(ConfigOverlay.Bits bits) {
        if (bits.offset() + bits.width() > size) {
            throw new IllegalArgumentException("virtual bits at " + Hex.of(bits.offset()) + " of " + below
                    + ", whose config space has " + Hex.of(size) + " bytes");
        }
        FieldAccess access = bits.access();
        boolean keeps = access == FieldAccess.RW || access == FieldAccess.RWS;
        boolean clears = access == FieldAccess.RW1C || access == FieldAccess.RW1CS;
        boolean survives = access == FieldAccess.ROS || access == FieldAccess.RWS || access == FieldAccess.RW1CS;
        set(virtual, bits.offset(), bits.width(), bits.mask(), -1);
        set(initial, bits.offset(), bits.width(), bits.mask(), bits.value());
        set(writable, bits.offset(), bits.width(), bits.mask(), keeps ? -1 : 0);
        set(cleared, bits.offset(), bits.width(), bits.mask(), clears ? -1 : 0);
        set(sticky, bits.offset(), bits.width(), bits.mask(), survives ? -1 : 0);
    }

    private static void set(int[] words, int offset, int width, int mask, int value) {
        for (int i = 0; i < width && offset + i >> 2 < words.length; i++) {
            int shift = (offset + i & 3) * Byte.SIZE;
            int bits = (mask >>> i * Byte.SIZE & 0xff) << shift;
            int word = offset + i >> 2;
            words[word] = words[word] & ~bits | (value >>> i * Byte.SIZE & 0xff) << shift & bits;
        }
    }

    /** Makes the lists of capabilities lead to those that are added: only pointers and headers are virtual. */
    private void link(List<ConfigOverlay.Added> added, ConfigContents contents) {
        int standard = last(contents, false);
        int extended = last(contents, true);
        List<ConfigOverlay.Added> linked = new ArrayList<>();
        for (ConfigOverlay.Added each : added) {
            linked.stream().filter(each::overlaps).findFirst().ifPresent(other -> {
                throw new IllegalArgumentException("two capabilities that are added to " + below
                        + " lie on each other, at " + Hex.of(other.offset()) + " and " + Hex.of(each.offset()));
            });
            linked.add(each);
            if (each.offset() + each.length() > size) {
                throw new IllegalArgumentException("a capability at " + Hex.of(each.offset()) + " of " + below
                        + ", whose config space has " + Hex.of(size) + " bytes");
            }
            contents.capabilities().stream()
                    .filter(there ->
                            there.header().offset() < each.offset() + each.length() && there.last() >= each.offset())
                    .findFirst()
                    .ifPresent(there -> {
                        throw new IllegalArgumentException("a capability at " + Hex.of(each.offset()) + " of " + below
                                + " lies on its " + there.name() + " at "
                                + Hex.of(there.header().offset()));
                    });
            if (each.extended()) {
                if (extended == 0) {
                    throw new IllegalArgumentException(
                            below + " has no extended capability behind which one could be added");
                }
                virtual(extended + 2, 2, 0xfff0, each.offset() << 4);
                virtual(each.offset(), 4, -1, each.id() | each.version() << 16);
                extended = each.offset();
            } else {
                if (standard == 0) {
                    virtual(PciRegisters.CAPABILITIES, 1, 0xff, each.offset());
                    virtual(PciRegisters.STATUS, 2, PciRegisters.STATUS_CAPABILITIES, PciRegisters.STATUS_CAPABILITIES);
                } else {
                    virtual(standard + NEXT, 1, 0xff, each.offset());
                }
                virtual(each.offset(), 2, 0xffff, each.id());
                standard = each.offset();
            }
        }
    }

    private void virtual(int offset, int width, int mask, int value) {
        set(virtual, offset, width, mask, -1);
        set(initial, offset, width, mask, value);
    }

    /** Where the last capability of a list starts; 0 if there is none. */
    private static int last(ConfigContents contents, boolean extended) {
        return contents.capabilities().stream()
                .map(Capability::header)
                .filter(header -> header.extended() == extended)
                .reduce((one, other) -> other)
                .map(header -> header.offset())
                .orElse(0);
    }

    @Override
    public long read(long offset, int width) {
        int at = check(offset, width);
        long mine = gather(virtual, at, width);
        long all = all(width);
        long passed = mine == all ? 0 : below.readRegister(REGION, offset, width);
        return passed & ~mine | shown(at, width) & mine;
    }

    @Override
    public void write(long offset, int width, long value) {
        int at = check(offset, width);
        long mine = gather(virtual, at, width);
        long all = all(width);
        if (mine == 0) {
            below.writeRegister(REGION, offset, width, value);
        } else if (mine != all) {
            below.modifyRegister(REGION, offset, width, passedMask(mine, at, width), value & ~mine);
        }
        if (mine != 0) {
            take(at, width, all, value);
        }
    }

    @Override
    public long modify(long offset, int width, long mask, long value) {
        int at = check(offset, width);
        long mine = gather(virtual, at, width);
        long all = all(width);
        long old;
        if (mine == 0) {
            old = below.modifyRegister(REGION, offset, width, mask, value);
        } else {
            long passed = mine == all
                    ? 0
                    : below.modifyRegister(
                            REGION,
                            offset,
                            width,
                            mask & ~mine | gather(clearedBelow, at, width) & mine,
                            value & mask & ~mine);
            old = passed & ~mine | take(at, width, mask, value) & mine;
        }
        return old;
    }

    /** The bits that a write has to bring: those that pass, and as 0 those here that the device would clear. */
    private long passedMask(long mine, int at, int width) {
        return all(width) & ~mine | gather(clearedBelow, at, width) & mine;
    }

    /** Changes virtual bits as their access says, and returns what was there. */
    private long take(int at, int width, long mask, long value) {
        lock.lock();
        try {
            long before = shown(at, width);
            long written = before & ~mask | value & mask;
            int done = 0;
            while (done < width) {
                int word = at + done >> 2;
                int shift = (at + done & 3) * Byte.SIZE;
                int bytes = inWord(at + done, width - done);
                int lane = (int) all(bytes) << shift;
                int bits = (int) (written >>> done * Byte.SIZE) << shift;
                int kept = state.get(word) & ~(writable[word] & lane) | bits & writable[word] & lane;
                state.set(word, kept & ~(bits & cleared[word] & lane));
                done += bytes;
            }
            return before;
        } finally {
            lock.unlock();
        }
    }

    /** Which bits of a register are the device's own. */
    long passing(long offset, int width) {
        int at = check(offset, width);
        return all(width) & ~gather(virtual, at, width);
    }

    /** Tells every hook, and then throws the first failure of one. */
    void tell(long offset, int width, long value) {
        if (hooks.isEmpty()) {
            return;
        }
        int at = check(offset, width);
        Throwable first = null;
        for (int i = 0; i < hooks.size(); i++) {
            ConfigOverlay.Hooked hooked = hooks.get(i);
            if (hooked.touches(at, width)) {
                hookLock.lock();
                try {
                    hooked.hook().written(at, width, value & all(width));
                } catch (RuntimeException | Error e) {
                    if (first == null) {
                        first = e;
                    } else {
                        Closing.suppress(first, e);
                    }
                } finally {
                    hookLock.unlock();
                }
            }
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
        if (first instanceof Error failure) {
            throw failure;
        }
    }

    /** Every virtual bit that is not sticky has its first value again. */
    void reset() {
        lock.lock();
        try {
            for (int word = 0; word < initial.length; word++) {
                state.set(word, state.get(word) & sticky[word] | initial[word] & ~sticky[word]);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The virtual bits as they are; each aligned four bytes are read at once, as they are written. */
    private long shown(int at, int width) {
        long value = 0;
        int done = 0;
        while (done < width) {
            int bytes = inWord(at + done, width - done);
            long word = state.get(at + done >> 2) >>> (at + done & 3) * Byte.SIZE & all(bytes);
            value |= word << done * Byte.SIZE;
            done += bytes;
        }
        return value;
    }

    /** How many of some bytes lie in the same aligned four as the first. */
    private static int inWord(int at, int bytes) {
        return Math.min(Integer.BYTES - (at & 3), bytes);
    }

    private static long gather(int[] words, int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            int lane = words[at + i >> 2] >>> (at + i & 3) * Byte.SIZE & 0xff;
            value |= (long) lane << i * Byte.SIZE;
        }
        return value;
    }

    private static long all(int width) {
        return width == Long.BYTES ? -1L : (1L << width * Byte.SIZE) - 1;
    }

    private int check(long offset, int width) {
        if (width != 1 && width != 2 && width != 4 && width != 8) {
            throw new IllegalArgumentException("a register of " + width + " bytes");
        }
        return (int) Objects.checkFromIndexSize(offset, (long) width, (long) size);
    }
}
