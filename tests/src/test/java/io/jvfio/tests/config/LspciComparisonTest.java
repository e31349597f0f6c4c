// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigDump;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.DumpedFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code lspci -vvvnn -xxxx} says of functions agrees with what we make of the bytes that it shows: of the lab's root
 * port and network function, and of the machines whose output stands in the folder that {@code -Djvfio.dumps} names. Dumps of
 * elsewhere come to that form by {@code lspci -F DUMP -vvvnn -xxxx}; version 3.13 is the one whose words are known.
 */
final class LspciComparisonTest {
    private static final String FOLDER = System.getProperty("jvfio.dumps");

    private static final int HEADER_AND_CAPABILITIES = 0x200;

    private static final int STRIDE = 13;

    private final String text = text();
    private final List<LspciFunction> said = LspciFunction.parse(text);

    @Test
    void what_lspci_printed_and_what_it_dumped_agree() throws IOException {
        LspciComparison comparison = compare(text);
        assertThat(comparison.unknown).isEmpty();
        assertThat(comparison.compared).isGreaterThan(250 * said.size() / 2);
    }

    @TestFactory
    Stream<DynamicTest> what_lspci_printed_of_other_machines_and_what_it_dumped_agree() throws IOException {
        if (FOLDER == null) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(Path.of(FOLDER))) {
            return files.filter(Files::isRegularFile).sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                        LspciComparison comparison = compare(Files.readString(file, StandardCharsets.ISO_8859_1));
                        System.out.println(file.getFileName() + ": " + comparison.summary());
                    }));
        }
    }

    private static LspciComparison compare(String output) throws IOException {
        List<LspciFunction> printed = LspciFunction.parse(output);
        List<DumpedFunction> dumped = ConfigDump.read(new StringReader(output));
        assertThat(dumped)
                .extracting(DumpedFunction::address)
                .containsExactlyElementsOf(
                        printed.stream().map(LspciFunction::address).toList());
        LspciComparison comparison = new LspciComparison();
        for (int i = 0; i < printed.size(); i++) {
            comparison.compare(printed.get(i), ConfigContents.of(dumped.get(i).config()));
        }
        assertThat(comparison.disagreements).isEmpty();
        return comparison;
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
