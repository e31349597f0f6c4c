// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigDump;
import io.jvfio.pci.config.ConfigImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison finds what differs, on the lab's root port and its network function. */
final class LspciComparisonTest {
    private static final int HEADER_AND_CAPABILITIES = 0x200;

    private static final int STRIDE = 13;

    private final String text = text();
    private final List<LspciFunction> said = LspciFunction.parse(text);

    @Test
    void what_lspci_printed_and_what_it_dumped_agree() throws IOException {
        LspciComparison comparison = new LspciComparison();
        for (int i = 0; i < said.size(); i++) {
            comparison.compare(said.get(i), ConfigContents.of(image(i)));
        }
        assertThat(comparison.disagreements).isEmpty();
        assertThat(comparison.unknown).isEmpty();
        assertThat(comparison.compared).isGreaterThan(250 * said.size() / 2);
    }

    /** Every thirteenth bit, of which lspci shows more than thirty. */
    @Test
    void a_bit_that_is_not_as_lspci_showed_it_is_noticed() throws IOException {
        for (int i = 0; i < said.size(); i++) {
            int noticed = 0;
            ConfigImage image = image(i);
            for (int bit = 0; bit < HEADER_AND_CAPABILITIES * Byte.SIZE; bit += STRIDE) {
                LspciComparison comparison = new LspciComparison();
                comparison.compare(said.get(i), ConfigContents.of(flipped(image, bit)));
                noticed += comparison.disagreements.isEmpty() ? 0 : 1;
            }
            assertThat(noticed).as("%s", said.get(i).address()).isGreaterThan(30);
        }
    }

    private ConfigImage image(int index) throws IOException {
        return ConfigDump.read(new StringReader(text)).get(index).config();
    }

    private static ConfigImage flipped(ConfigImage image, int bit) {
        byte[] bytes = new byte[image.size()];
        for (int offset = 0; offset < bytes.length; offset++) {
            bytes[offset] = (byte) image.read8(offset);
        }
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return ConfigImage.of(bytes);
    }

    private static String text() {
        try (InputStream in = LspciComparisonTest.class.getResourceAsStream("lspci-vvvnn-xxxx.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
