// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.providers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Providers;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelCarrier;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelWrapper;
import io.jvfio.emulation.WrapperSetup;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrappers that are broken, or have a name or keys that they may not have. */
class WrapperProvidersTest {
    @TempDir
    private Path folder;

    /** Does nothing. */
    public abstract static class Idle implements ModelWrapper {
        @Override
        public String summary() {
            return "nothing";
        }

        @Override
        public UnaryOperator<DeviceModel> wrap(WrapperSetup setup, ModelOptions options) {
            return UnaryOperator.identity();
        }
    }

    /** Has a name of its own. */
    public static final class Good extends Idle {
        @Override
        public String name() {
            return "good";
        }
    }

    /** Has the name of another one. */
    public static final class Twin extends Idle {
        @Override
        public String name() {
            return "twin";
        }
    }

    /** Has it too. */
    public static final class OtherTwin extends Idle {
        @Override
        public String name() {
            return "twin";
        }
    }

    /** Has the name of a model. */
    public static final class Edu extends Idle {
        @Override
        public String name() {
            return "edu";
        }
    }

    /** Has a key that would be the model's. */
    public static final class Greedy extends Idle {
        @Override
        public String name() {
            return "greedy";
        }

        @Override
        public List<ModelOption> options() {
            return List.of(new ModelOption("size", "", "bytes"));
        }
    }

    /** Cannot be made. */
    public static final class Broken extends Idle {
        /** Fails. */
        public Broken() {
            throw new IllegalStateException("no constructor of this works");
        }

        @Override
        public String name() {
            return "broken";
        }
    }

    @Test
    void what_cannot_be_had_is_recorded_and_the_others_are_there() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve(ModelWrapper.class.getName()),
                String.join(
                        "\n",
                        List.of(Good.class, Twin.class, OtherTwin.class, Edu.class, Greedy.class, Broken.class).stream()
                                .map(Class::getName)
                                .toList()));
        try (URLClassLoader jar =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, WrapperProvidersTest.class.getClassLoader())) {
            CarrierContext context = CarrierContext.of(Providers.of(jar));
            assertThat(ModelCarrier.wrappers(context))
                    .containsKeys("good", "slot")
                    .doesNotContainKeys("twin", "edu");
            assertThat(ModelCarrier.wrappers(context)).doesNotContainKeys("greedy", "broken");
            assertThat(ModelCarrier.models(context)).containsKey("edu");
            assertThat(context.providerFailures())
                    .hasSize(4)
                    .extracting(failure -> failure.error().toString())
                    .anySatisfy(text -> assertThat(text).contains(Twin.class.getName(), OtherTwin.class.getName()))
                    .anySatisfy(text -> assertThat(text).contains("\"edu\" is the name of a model and of"))
                    .anySatisfy(text -> assertThat(text).contains("option size of", "does not begin with greedy."))
                    .anySatisfy(text -> assertThat(text).contains(Broken.class.getName()));
        }
    }
}
