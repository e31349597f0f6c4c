// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.Providers;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.variant.AddedRegion;
import io.jvfio.variant.Additions;
import io.jvfio.variant.ConfigOverlay;
import io.jvfio.variant.DeviceVariantProvider;
import io.jvfio.variant.PlatformLayerProvider;
import io.jvfio.variant.RegionOps;
import io.jvfio.variant.Trap;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantDevice;
import io.jvfio.variant.VariantRule;
import io.jvfio.variant.VariantView;
import io.jvfio.variant.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Variants and a layer for the model that has everything, as they would lie in a JAR. */
final class InventedProviders {
    static final RegionType TYPE = new RegionType(0x8000_1234, 7);
    static final int MEMORY = FullModel.MAPPED.region();
    static final int OVERLAID = 0x2c;

    private InventedProviders() {}

    /** A folder in which providers are found. */
    static Providers in(Path folder) {
        try {
            Path services = Files.createDirectories(folder.resolve("META-INF/services"));
            Files.write(
                    services.resolve(DeviceVariantProvider.class.getName()),
                    List.of(Adding.class.getName(), Nothing.class.getName()));
            Files.write(services.resolve(PlatformLayerProvider.class.getName()), List.of(Layer.class.getName()));
            URL[] urls = {folder.toUri().toURL()};
            return Providers.of(new URLClassLoader(urls, InventedProviders.class.getClassLoader()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a region, shows another subsystem, and guards a page of memory. */
    public static final class Adding implements DeviceVariantProvider {
        private @Nullable VariantContext given;

        /** What its device was put on with. */
        VariantContext given() {
            return Objects.requireNonNull(given);
        }

        @Override
        public String id() {
            return "test.adding";
        }

        @Override
        public List<VariantRule> rules() {
            return List.of(VariantRule.of(0x1234, 0x0f11));
        }

        @Override
        public VfioDevice open(VfioDevice below, VariantContext context) {
            given = context;
            return new Added(below, context, this);
        }
    }

    /** Adds nothing. */
    public static final class Nothing implements DeviceVariantProvider {
        @Override
        public String id() {
            return "test.nothing";
        }

        @Override
        public List<VariantRule> rules() {
            return List.of();
        }

        @Override
        public VfioDevice open(VfioDevice below, VariantContext context) {
            return new Plain(below, context);
        }
    }

    /** Is on every device. */
    public static final class Layer implements PlatformLayerProvider {
        @Override
        public String id() {
            return "test.layer";
        }

        @Override
        public Set<Integer> claims() {
            return Set.of();
        }

        @Override
        public Verdict probe(VariantView device) {
            return Verdict.accept();
        }

        @Override
        public VfioDevice open(VfioDevice below, VariantContext context) {
            return new Plain(below, context);
        }
    }

    /** What {@link Adding} puts on a device. Threads: thread-safe. */
    private static final class Added extends VariantDevice {
        Added(VfioDevice below, VariantContext context, Adding api) {
            this(below, context, api, new Word());
        }

        private Added(VfioDevice below, VariantContext context, Adding api, RegisterPort word) {
            super(
                    below,
                    context,
                    Additions.none()
                            .withRegions(List.of(new AddedRegion(TYPE, 8, true, true, RegionOps.of(word))))
                            .withOverlay(ConfigOverlay.builder()
                                    .register(OVERLAID, 4, 0x5678_1234, FieldAccess.RO)
                                    .build())
                            .withTraps(List.of(new Trap(MEMORY, 0x2000, Trap.PAGE, Trap.Kind.GUARD, word)))
                            .withAbility(Adding.class, api));
        }
    }

    /** Adds nothing. Threads: as the device below. */
    private static final class Plain extends VariantDevice {
        Plain(VfioDevice below, VariantContext context) {
            super(below, context, Additions.none());
        }
    }

    /** One word. Threads: thread-safe. */
    private static final class Word implements RegisterPort {
        private final AtomicLong value = new AtomicLong();

        @Override
        public long read(long offset, int width) {
            return value.get() & -1L >>> 64 - 8 * width;
        }

        @Override
        public void write(long offset, int width, long written) {
            value.set(written);
        }
    }
}
