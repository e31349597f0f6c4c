// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.ConfigFinding.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapabilityChainTest {
    private final ImageBuilder bytes = new ImageBuilder(4096).list(0x40);

    @ParameterizedTest
    @CsvSource({
        "0x40, LOOP, 1",
        "0x3c, IN_HEADER, 1",
        "0x8, IN_HEADER, 1",
        "0x51, MISALIGNED, 2",
        "0x53, MISALIGNED, 2",
    })
    void a_standard_pointer_that_makes_no_sense_is_a_finding(String next, Kind kind, int found) {
        bytes.put(0x40, 1, 1).put(0x41, 1, Integer.decode(next)).put(0x50, 2, 5);

        CapabilityChain chain = CapabilityChain.standard(bytes.image());

        assertThat(chain.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.offset()).isEqualTo(0x40);
            assertThat(finding.message()).contains("the pointer " + next);
        });
        assertThat(chain.capabilities()).hasSize(found);
    }

    @ParameterizedTest
    @CsvSource({"0x100, LOOP, 1", "0x0fc, OUT_OF_RANGE, 1", "0x03c, IN_HEADER, 1", "0x202, MISALIGNED, 2"})
    void an_extended_pointer_that_makes_no_sense_is_a_finding(String next, Kind kind, int found) {
        bytes.put(0x100, 4, 0x10001L | (long) Integer.decode(next) << 20).put(0x200, 4, 0x10003);

        CapabilityChain chain = CapabilityChain.extended(bytes.image());

        assertThat(chain.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.kind()).isEqualTo(kind));
        assertThat(chain.capabilities()).hasSize(found);
    }

    @Test
    void the_pointer_in_the_header_is_looked_at_too() {
        bytes.put(0x34, 1, 0x20);

        assertThat(CapabilityChain.standard(bytes.image()).findings())
                .singleElement()
                .isEqualTo(new ConfigFinding(Kind.IN_HEADER, 0x34, "the pointer 0x20 leads into the header"));
    }

    @Test
    void a_capability_without_an_id_ends_the_list() {
        bytes.put(0x40, 2, 0xffff).put(0x100, 4, -1);

        assertThat(CapabilityChain.standard(bytes.image()).findings())
                .extracting(ConfigFinding::kind)
                .containsExactly(Kind.NO_ANSWER);
        assertThat(CapabilityChain.extended(bytes.image()).findings())
                .extracting(ConfigFinding::kind)
                .containsExactly(Kind.NO_ANSWER);
    }

    @Test
    void what_was_not_read_is_not_a_capability() {
        ConfigImage header = ConfigImage.of(Arrays.copyOf(bytes.put(0x40, 2, 1).bytes, 64));

        CapabilityChain chain = CapabilityChain.standard(header);

        assertThat(chain.capabilities()).isEmpty();
        assertThat(chain.findings())
                .singleElement()
                .isEqualTo(new ConfigFinding(Kind.NOT_KNOWN, 0x34, "what the pointer 0x40 leads to is not at hand"));
        assertThat(CapabilityChain.extended(header)).isEqualTo(new CapabilityChain(List.of(), List.of()));
    }

    @Test
    void a_list_without_fault_has_no_finding() {
        bytes.put(0x40, 2, 0x5001)
                .put(0x50, 2, 0x0005)
                .put(0x100, 4, 0x14010001)
                .put(0x140, 4, 0x10003);

        assertThat(CapabilityChain.standard(bytes.image()).findings()).isEmpty();
        assertThat(CapabilityChain.extended(bytes.image()))
                .satisfies(chain -> assertThat(chain.findings()).isEmpty())
                .satisfies(chain -> assertThat(chain.capabilities())
                        .containsExactly(
                                new CapabilityHeader(true, 1, 1, 0x100), new CapabilityHeader(true, 3, 1, 0x140)));
    }
}
