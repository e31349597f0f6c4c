// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Errno;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.AddedRegion;
import io.jvfio.variant.Additions;
import io.jvfio.variant.RegionOps;
import io.jvfio.variant.ResetCause;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantDevice;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.MlxFunction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An mlx5 function with the vendor's extension: regions of its own for the initialization segment, the health buffer
 * and commands, and {@link Mlx5}. It changes nothing in the function until it is asked to bring it up; at rest it has
 * given everything back.
 *
 * <p>Threads: thread-safe.
 */
public final class Mlx5Variant extends VariantDevice {
    /** {@code VFIO_REGION_TYPE_PCI_VENDOR_TYPE}: the rest of the number is the vendor. */
    private static final int PCI_VENDOR_TYPE = 1 << 31;

    private static final int VENDOR_TYPE = PCI_VENDOR_TYPE | MlxFunction.VENDOR;

    /** The initialization segment as it is in BAR 0, read only. */
    public static final RegionType INIT_SEGMENT = new RegionType(VENDOR_TYPE, 1);

    /** Commands: see {@link CommandRegion}. */
    public static final RegionType COMMANDS = new RegionType(VENDOR_TYPE, 2);

    /** The health buffer, read only. */
    public static final RegionType HEALTH = new RegionType(VENDOR_TYPE, 3);

    private static final int HEALTH_SIZE = 0x40;

    /** As long as pages take to be given back by a busy firmware. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Driver driver;

    /** Puts the variant on a function; closes it with itself, but not if this throws. */
    Mlx5Variant(VfioDevice below, VariantContext context) {
        this(below, context, new Driver(below, context));
    }

    private Mlx5Variant(VfioDevice below, VariantContext context, Driver driver) {
        super(below, context, additions(below, driver));
        this.driver = driver;
    }

    private static Additions additions(VfioDevice below, Driver driver) {
        return Additions.none()
                .withRegions(List.of(
                        readOnly(INIT_SEGMENT, below, 0, InitSegment.SIZE),
                        new AddedRegion(COMMANDS, CommandRegion.SIZE, true, true, new CommandRegion(driver)),
                        readOnly(HEALTH, below, InitSegment.HEALTH, HEALTH_SIZE)))
                .withAbility(Mlx5.class, driver);
    }

    private static AddedRegion readOnly(RegionType type, VfioDevice below, long start, long size) {
        RegionOps ops = RegionOps.of(new RegisterPort() {
            @Override
            public long read(long offset, int width) {
                return below.readRegister(VfioPci.VFIO_PCI_BAR0_REGION_INDEX, start + offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                // Whoever holds the region lets no write through.
            }
        });
        return new AddedRegion(type, size, true, false, ops);
    }

    @Override
    protected void quiesce(Duration limit) {
        driver.down();
    }

    @Override
    protected Duration quiesceLimit() {
        return LIMIT;
    }

    @Override
    protected void wasReset(ResetCause cause) {
        driver.lost();
    }

    @Override
    protected void release() {
        driver.end();
    }

    /** What the ability does. */
    static final class Driver implements Mlx5 {
        private final VfioDevice below;
        private final VariantContext context;
        private volatile @Nullable Hca up;
        private boolean ended;

        Driver(VfioDevice below, VariantContext context) {
            this.below = below;
            this.context = context;
        }

        private Mmio registers() {
            return Mmio.of(
                    new RegisterPort() {
                        @Override
                        public long read(long offset, int width) {
                            return below.readRegister(VfioPci.VFIO_PCI_BAR0_REGION_INDEX, offset, width);
                        }

                        @Override
                        public void write(long offset, int width, long value) {
                            below.writeRegister(VfioPci.VFIO_PCI_BAR0_REGION_INDEX, offset, width, value);
                        }
                    },
                    below.region(VfioPci.VFIO_PCI_BAR0_REGION_INDEX).size(),
                    context.device() + " BAR 0");
        }

        private void requireOpen() {
            if (ended) {
                throw new IllegalStateException(context.device() + " is closed");
            }
        }

        @Override
        public synchronized MlxHealth health() {
            requireOpen();
            Hca found = up;
            return found != null && found.isOpen() ? found.health() : MlxHealth.read(registers());
        }

        @Override
        public synchronized Hca bringUp(BringUpOptions options) {
            requireOpen();
            Hca before = up;
            if (before != null && before.isOpen()) {
                throw new MlxException("bring-up", Errno.EBUSY, context.device(), "it is up already");
            }
            MlxAccess access = new MlxAccess(
                    context.device(),
                    registers(),
                    context.dma(),
                    context.interrupts(),
                    context.config(),
                    context::reset);
            Hca made = Hca.bringUp(access, options);
            up = made;
            return made;
        }

        @Override
        public synchronized Optional<Hca> hca() {
            requireOpen();
            Hca found = up;
            return found != null && found.isOpen() ? Optional.of(found) : Optional.empty();
        }

        synchronized void down() {
            Hca found = up;
            up = null;
            if (found != null) {
                found.close();
            }
        }

        /** Takes no lock: a reset may come while somebody waits for the function. */
        void lost() {
            Hca found = up;
            if (found != null) {
                found.lost();
            }
        }

        synchronized void end() {
            ended = true;
            Hca found = up;
            if (found != null && found.isOpen()) {
                found.lost();
            }
        }
    }
}
