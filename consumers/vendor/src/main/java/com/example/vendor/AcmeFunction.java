// SPDX-License-Identifier: Apache-2.0
package com.example.vendor;

import io.jvfio.device.VfioDevice;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.variant.AddedRegion;
import io.jvfio.variant.Additions;
import io.jvfio.variant.ConfigOverlay;
import io.jvfio.variant.RegionOps;
import io.jvfio.variant.ResetCause;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantDevice;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A function with what Acme adds to it. Threads: thread-safe. */
final class AcmeFunction extends VariantDevice {
    private static final int LIVENESS = 4;
    private static final int CAPABILITY = 0xe0;
    private static final int VENDOR_SPECIFIC = 9;
    private static final int VERSION = 3;

    private final AtomicInteger resets;
    private final AtomicLong scratch;

    private AcmeFunction(VfioDevice below, VariantContext context, AtomicInteger resets, AtomicLong scratch) {
        super(
                below,
                context,
                Additions.none()
                        .withRegions(List.of(
                                new AddedRegion(Acme.FACTS, 8, true, false, RegionOps.of(new Facts(resets))),
                                new AddedRegion(Acme.SCRATCH, 8, true, true, RegionOps.of(new Scratch(scratch)))))
                        .withOverlay(overlay())
                        .withAbility(Acme.class, resets::get));
        this.resets = resets;
        this.scratch = scratch;
    }

    static AcmeFunction on(VfioDevice below, VariantContext context) {
        if (!context.options().isEmpty()) {
            throw new IllegalArgumentException(context.id() + " knows none of the options " + context.options());
        }
        return new AcmeFunction(below, context, new AtomicInteger(), new AtomicLong());
    }

    private static ConfigOverlay overlay() {
        return ConfigOverlay.builder()
                .capability(VENDOR_SPECIFIC, 8, CAPABILITY)
                .register(CAPABILITY + 2, 1, 8, FieldAccess.RO)
                .register(CAPABILITY + 3, 1, VERSION, FieldAccess.RO)
                .register(CAPABILITY + 4, 4, 0, FieldAccess.RW)
                .build();
    }

    /** Acme's functions want to be told before they are reset. */
    @Override
    public void reset() {
        below().writeRegister(0, LIVENESS, Integer.BYTES, 0);
        super.reset();
    }

    /** Also called where somebody else has reset the function. */
    @Override
    protected void wasReset(ResetCause cause) {
        scratch.set(0);
        resets.incrementAndGet();
    }

    private static long part(long all, long offset, int width) {
        return all >>> offset * Byte.SIZE & -1L >>> Long.SIZE - width * Byte.SIZE;
    }

    /** What can only be read. Threads: thread-safe. */
    private record Facts(AtomicInteger resets) implements RegisterPort {
        @Override
        public long read(long offset, int width) {
            return part((long) resets.get() << Integer.SIZE | VERSION, offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            throw new IllegalStateException("the region does not allow it");
        }
    }

    /** What can be written too. Threads: thread-safe. */
    private record Scratch(AtomicLong value) implements RegisterPort {
        @Override
        public long read(long offset, int width) {
            return part(value.get(), offset, width);
        }

        @Override
        public void write(long offset, int width, long written) {
            long mask = (-1L >>> Long.SIZE - width * Byte.SIZE) << offset * Byte.SIZE;
            value.updateAndGet(old -> old & ~mask | written << offset * Byte.SIZE & mask);
        }
    }
}
