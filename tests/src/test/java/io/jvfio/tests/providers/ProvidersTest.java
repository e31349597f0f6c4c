// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Providers;
import io.jvfio.Vfio;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each provider for itself: what is broken is its own JAR's affair. */
class ProvidersTest {
    @TempDir
    private Path folder;

    /** Opens nothing. */
    public abstract static class Absent implements CarrierProvider {
        @Override
        public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
            throw new IllegalArgumentException("opened " + locator);
        }

        @Override
        public AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
            throw new UnsupportedOperationException();
        }
    }

    /** Has a scheme of its own. */
    public static final class Good extends Absent {
        @Override
        public Map<String, String> schemes() {
            return Map.of("good", "THING: a thing");
        }
    }

    /** Names a scheme of the kernel's carrier, and one of its own. */
    public static final class Greedy extends Absent {
        @Override
        public Map<String, String> schemes() {
            return Map.of("pci", "ADDRESS: mine", "greedy", "THING: mine");
        }
    }

    /** Has a scheme of its own that begins like another's. */
    public static final class Glad extends Absent {
        @Override
        public Map<String, String> schemes() {
            return Map.of("glad", "THING: a thing");
        }
    }

    /** Has a scheme that begins like nobody's. */
    public static final class Other extends Absent {
        @Override
        public Map<String, String> schemes() {
            return Map.of("other", "THING: a thing");
        }
    }

    /** Cannot be made. */
    public static final class Broken extends Absent {
        /** Fails. */
        public Broken() {
            throw new IllegalStateException("no constructor of this works");
        }

        @Override
        public Map<String, String> schemes() {
            return Map.of("broken", "");
        }
    }

    /** Cannot say what it opens. */
    public static final class Mute extends Absent {
        @Override
        public Map<String, String> schemes() {
            throw new NoClassDefFoundError("a library that is not there");
        }
    }

    private URLClassLoader jar(String name, String... providers) throws IOException {
        Path services = Files.createDirectories(folder.resolve(name).resolve("META-INF/services"));
        Files.writeString(services.resolve(CarrierProvider.class.getName()), String.join("\n", providers));
        return new URLClassLoader(
                new URL[] {folder.resolve(name).toUri().toURL()}, ProvidersTest.class.getClassLoader());
    }

    @Test
    void what_cannot_be_had_is_recorded_and_the_others_are_there() throws IOException {
        try (URLClassLoader bad = jar("bad", Broken.class.getName(), "no.such.Carrier", Mute.class.getName());
                URLClassLoader garbage = jar("garbage", Good.class.getName(), "not a name");
                URLClassLoader good = jar("good", Good.class.getName(), Greedy.class.getName());
                Vfio vfio = Vfio.create(Providers.of(bad, garbage, good))) {
            assertThat(vfio.schemes()).containsEntry("good", "THING: a thing").containsKeys("pci", "greedy");
            assertThat(vfio.schemes()).doesNotContainKey("broken");
            assertThat(vfio.schemes().get("pci")).doesNotContain("mine");
            assertThat(vfio.providerFailures())
                    .extracting(failure -> failure.error().toString())
                    .anySatisfy(text -> assertThat(text).contains(Broken.class.getName()))
                    .anySatisfy(text -> assertThat(text).contains("no.such.Carrier"))
                    .anySatisfy(text -> assertThat(text).contains("garbage"))
                    .anySatisfy(text -> assertThat(text).contains("a library that is not there"))
                    .anySatisfy(text -> assertThat(text).contains("scheme pci").contains("Greedy"));
            assertThatThrownBy(() -> vfio.openDevice(DeviceLocator.parse("good:x"), OpenOptions.defaults()))
                    .hasMessage("opened good:x");
        }
    }

    @Test
    void a_provider_that_several_loaders_find_counts_once() throws IOException {
        try (URLClassLoader one = jar("one", Good.class.getName());
                URLClassLoader two = jar("two", Good.class.getName());
                Vfio vfio = Vfio.create(Providers.of(one, two))) {
            assertThat(vfio.schemes()).containsKey("good");
            assertThat(vfio.providerFailures()).isEmpty();
        }
    }

    @Test
    void a_scheme_that_nobody_opens_is_told_with_the_artifact_that_would() {
        try (Vfio vfio = Vfio.create(Providers.of())) {
            assertThatThrownBy(() -> vfio.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cdev, group, mdev")
                    .hasMessageContaining("io.jvfio:jvfio-emulation");
            assertThatThrownBy(() -> vfio.openDevice(DeviceLocator.parse("warp:edu"), OpenOptions.defaults()))
                    .hasMessageNotContaining("io.jvfio:");
        }
    }

    @Test
    void of_two_with_one_name_none_is_there_and_both_are_told_once() throws IOException {
        try (URLClassLoader all =
                jar("all", Good.class.getName(), Glad.class.getName(), Mute.class.getName(), Other.class.getName())) {
            CarrierContext context = CarrierContext.of(Providers.of(all));
            for (int i = 0; i < 2; i++) {
                assertThat(context.named(
                                CarrierProvider.class,
                                loader -> ServiceLoader.load(CarrierProvider.class, loader),
                                carrier -> carrier.schemes()
                                        .keySet()
                                        .iterator()
                                        .next()
                                        .substring(0, 1)))
                        .doesNotContainKey("g")
                        .hasEntrySatisfying("o", other -> assertThat(other).isInstanceOf(Other.class));
            }
            assertThat(context.providerFailures())
                    .extracting(failure -> failure.error().toString())
                    .filteredOn(text -> text.contains(ProvidersTest.class.getName()) || text.contains("library"))
                    .hasSize(2)
                    .anySatisfy(text -> assertThat(text).contains(Good.class.getName(), Glad.class.getName()))
                    .anySatisfy(text -> assertThat(text).contains("a library that is not there"));
        }
    }
}
