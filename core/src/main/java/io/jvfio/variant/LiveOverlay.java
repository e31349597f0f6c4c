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
import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.RegisterField;
import io.jvfio.pci.config.RegisterValue;
import io.jvfio.pci.config.VirtualConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The config space of a device with an overlay: passed bits go below at each access, virtual ones are kept here.
 *
 * <p>Threads: thread-safe. Accesses allocate nothing. Virtual bits are a {@link VirtualConfig} of their own,
 * whose lock is held for nothing else.
 */
final class LiveOverlay implements RegisterPort {
    private static final int REGION = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    private static final int NEXT = 1;

    private final VfioDevice below;
    private final List<ConfigOverlay.Hooked> hooks;
    private final int size;

    /** By aligned four bytes: which bits are virtual. */
    private final int[] virtual;

    /** By aligned four bytes: which bits of the device are cleared, or start something, when written as 1. */
    private final int[] clearedBelow;

    /** The virtual bits; all others are 0 in it. */
    private final VirtualConfig shown;

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
        clearedBelow = new int[words];
        ConfigContents contents = ConfigContents.of(ConfigImage.copy(new ConfigBelow(below)));
        noteCleared(0, contents.header());
        contents.capabilities().forEach(each -> noteCleared(each.header().offset(), each.registers()));
        for (ConfigOverlay.Bits bits : overlay.clearedBelow()) {
            set(clearedBelow, bits.offset(), bits.width(), bits.mask(), -1);
        }
        ConfigRules.Builder rules = ConfigRules.builder(PciRegisters.EXTENDED_SIZE);
        link(overlay.capabilities(), contents, rules);
        overlay.bits().forEach(bits -> add(bits, rules));
        shown = rules.build().open();
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

    private void add(ConfigOverlay.Bits bits, ConfigRules.Builder rules) {
        if (bits.offset() + bits.width() > size) {
            throw new IllegalArgumentException("virtual bits at " + Hex.of(bits.offset()) + " of " + below
                    + ", whose config space has " + Hex.of(size) + " bytes");
        }
        int before = rules.value(bits.offset(), bits.width());
        set(virtual, bits.offset(), bits.width(), bits.mask(), -1);
        rules.value(bits.offset(), bits.width(), before & ~bits.mask() | bits.value() & bits.mask())
                .allow(bits.offset(), bits.width(), bits.mask(), bits.access());
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
    private void link(List<ConfigOverlay.Added> added, ConfigContents contents, ConfigRules.Builder rules) {
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
                fix(rules, extended + 2, 2, 0xfff0, each.offset() << 4);
                fix(rules, each.offset(), 4, -1, each.id() | each.version() << 16);
                extended = each.offset();
            } else {
                if (standard == 0) {
                    fix(rules, PciRegisters.CAPABILITIES, 1, 0xff, each.offset());
                    fix(
                            rules,
                            PciRegisters.STATUS,
                            2,
                            PciRegisters.STATUS_CAPABILITIES,
                            PciRegisters.STATUS_CAPABILITIES);
                } else {
                    fix(rules, standard + NEXT, 1, 0xff, each.offset());
                }
                fix(rules, each.offset(), 2, 0xffff, each.id());
                standard = each.offset();
            }
        }
    }

    /** Makes bits virtual that nobody can change. */
    private void fix(ConfigRules.Builder rules, int offset, int width, int mask, int value) {
        add(new ConfigOverlay.Bits(offset, width, mask, value, FieldAccess.RO), rules);
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
        return passed & ~mine | shown.read(at, width) & mine;
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
            shown.write(at, width, value);
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
            old = passed & ~mine | shown.modify(at, width, mask, value) & mine;
        }
        return old;
    }

    /** The bits that a write has to bring: those that pass, and as 0 those here that the device would clear. */
    private long passedMask(long mine, int at, int width) {
        return all(width) & ~mine | gather(clearedBelow, at, width) & mine;
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
        shown.reset();
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
        return RegisterPort.zeroExtended(-1, width);
    }

    private int check(long offset, int width) {
        if (width != 1 && width != 2 && width != 4 && width != 8) {
            throw new IllegalArgumentException("a register of " + width + " bytes");
        }
        return (int) Objects.checkFromIndexSize(offset, (long) width, (long) size);
    }
}
