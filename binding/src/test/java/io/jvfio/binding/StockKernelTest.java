// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.binding.Decision.Outcome;
import io.jvfio.variant.AliasText;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The choice with the aliases of a stock kernel, for every device that its host drivers in the list know. */
class StockKernelTest {
    private static final String LIST = "debian-6.12.117-amd64.alias";
    private static final String HOST = "alias pci:";

    private static List<String> lines() throws IOException {
        try (InputStream in = StockKernelTest.class.getResourceAsStream(LIST)) {
            return new String(Objects.requireNonNull(in, LIST).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** A device that an alias describes; where it takes any value, the value is 1. */
    private static Modalias deviceOf(String line) {
        String fields = line.substring(HOST.length(), line.lastIndexOf(' '));
        MatchRule rule = MatchRule.parse(fields).orElseThrow();
        List<Integer> values = new ArrayList<>();
        for (MatchField field : MatchField.ALL) {
            String text =
                    Objects.requireNonNull(AliasText.parse(fields)).values().get(field.index());
            values.add(text.equals(AliasText.ANY) ? 1 : Integer.parseUnsignedInt(text, 16));
        }
        Modalias device = new Modalias(values);
        assertThat(rule.matches(device)).isTrue();
        return device;
    }

    @Test
    void every_device_gets_the_driver_for_everything_and_libvirt_agrees() throws IOException {
        List<String> lines = lines();
        Catalogue catalogue = Fixtures.catalogue(lines);
        assertThat(catalogue.aliases()).hasSize(1);
        int devices = 0;
        for (String line : lines) {
            if (line.startsWith(HOST)) {
                Decision decision =
                        Fixtures.choose(Fixtures.device(deviceOf(line).toString()), catalogue, BindRequest.auto());
                assertThat(decision.outcome()).as(line).isEqualTo(Outcome.SELECT);
                assertThat(decision.driver()).isEqualTo("vfio-pci");
                assertThat(decision.libvirt()).isEqualTo(new Decision.Parity("vfio_pci", ""));
                devices++;
            }
        }
        assertThat(devices).isGreaterThan(150);
    }

    /** As if the site had built a variant for some of these devices. */
    @Test
    void a_variant_beside_it_takes_its_own_devices_alone() throws IOException {
        List<String> lines = new ArrayList<>(lines());
        lines.add("alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci");
        Catalogue catalogue = Fixtures.catalogue(lines);
        int variants = 0;
        for (String line : lines) {
            if (line.startsWith(HOST)) {
                String name = Fixtures.choose(Fixtures.device(deviceOf(line).toString()), catalogue, BindRequest.auto())
                        .name();
                assertThat(name.equals("mlx5_vfio_pci")).as(line).isEqualTo(line.contains("v000015B3d0000101E"));
                variants += name.equals("mlx5_vfio_pci") ? 1 : 0;
            }
        }
        assertThat(variants).isEqualTo(1);
    }
}
