// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.OpenOptions;
import io.jvfio.emulation.ModelCarrier;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.testkit.LeakCheck;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locators of models, and what is wrong with them. */
final class ModelOptionsTest {
    private static final List<ModelOption> KNOWN = List.of(
            new ModelOption("size", "64KiB", "bytes"),
            new ModelOption("count", "0x10", "a number"),
            new ModelOption("fast", "off", "a flag"),
            new ModelOption("mode", "trapped", "a word"),
            new ModelOption("file", "", "a path"));

    private static ModelOptions parse(String query) {
        return ModelOptions.parse("test", query, KNOWN);
    }

    @Test
    void what_is_not_given_has_its_standard_value() {
        ModelOptions options = parse("");
        assertThat(options.bytes("size", 1, Long.MAX_VALUE)).isEqualTo(65536);
        assertThat(options.number("count", 0, 100)).isEqualTo(16);
        assertThat(options.flag("fast")).isFalse();
        assertThat(options.choice("mode", "trapped", "mapped")).isEqualTo("trapped");
        assertThat(options.has("file")).isFalse();
    }

    @Test
    void what_is_given_counts() {
        ModelOptions options = parse("size=3GiB&fast=on&mode=mapped&file=/tmp/a=b");
        assertThat(options.bytes("size", 1, Long.MAX_VALUE)).isEqualTo(3L << 30);
        assertThat(options.flag("fast")).isTrue();
        assertThat(options.choice("mode", "trapped", "mapped")).isEqualTo("mapped");
        assertThat(options.text("file")).isEqualTo("/tmp/a=b");
        assertThat(parse("count=0xffffffffffffffff").number("count", 0, -1)).isEqualTo(-1);
        assertThat(parse("size=0x1000").bytes("size", 1, 8192)).isEqualTo(4096);
        assertThat(options.toString()).contains("mode=mapped");
    }

    @ParameterizedTest
    @CsvSource({
        "speed=1,it has: size",
        "size,is not key=value",
        "=1,is not key=value",
        "size=1&size=2,given twice",
        "size=12XB,64KiB or 1GiB",
        "size=99999999999GiB,64KiB or 1GiB",
        "size=9,in 0x10..0x100",
        "count=x,10 or 0xa",
        "count=9999,in 0x10..0x100",
        "fast=maybe,on or off",
        "mode=odd,'one of trapped, mapped'",
        "size=1&,is not key=value",
    })
    void what_is_wrong_is_named(String query, String hint) {
        assertThatThrownBy(() -> {
                    ModelOptions options = parse(query.startsWith("size") ? query : "size=100&" + query);
                    options.bytes("size", 16, 256);
                    options.number("count", 16, 256);
                    options.flag("fast");
                    options.choice("mode", "trapped", "mapped");
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @Test
    void a_locator_that_names_nothing_leaves_nothing_open() {
        LeakCheck leaks = LeakCheck.start();
        try (Vfio context = Vfio.create()) {
            for (String locator : List.of(
                    "model:nothing",
                    "model:edu?size=1",
                    "model:edu?dma_mask=wide",
                    "model:edu?transfer_ms=60001",
                    "model:mlx5?timeouts=soon",
                    "model:mlx5?inject=rain")) {
                assertThatThrownBy(() -> context.openDevice(DeviceLocator.parse(locator), OpenOptions.defaults()))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> Vfio.open("model:nothing"))
                    .hasMessageContaining("edu")
                    .hasMessageContaining("full");
        }
        leaks.assertNothingLeaked();
    }

    @Test
    void the_models_that_there_are_are_listed_with_their_options() {
        Map<String, ModelProvider> models = ModelCarrier.models(CarrierContext.of());
        assertThat(models).containsKeys("edu", "full");
        assertThat(models).allSatisfy((name, model) -> {
            assertThat(model.name()).isEqualTo(name);
            assertThat(model.summary()).isNotBlank();
        });
        assertThat(ModelCarrier.commonOptions()).extracting(ModelOption::key).containsExactly("faults", "diagnostics");
    }
}
