// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigDump;
import io.jvfio.pci.config.DumpedFunction;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions of random bits, which {@code lspci} takes apart from the same dump as we do. */
final class LspciDumpKernelIT {
    private static final long SEED = 20261124;
    private static final int EACH = 2;

    /** So many flags, numbers and words are compared at least. */
    private static final int FEWEST = 7_000;

    @TempDir
    Path folder;

    @Test
    void every_capability_means_the_same_to_lspci() throws Exception {
        RandomFunctions made = new RandomFunctions(SEED);
        String dump = made.dump(EACH);
        Path file = Files.writeString(folder.resolve("dump.txt"), dump);
        List<LspciFunction> said = LspciFunction.parse(Lspci.run("-F", file.toString(), "-vvvnn"));
        List<DumpedFunction> read = ConfigDump.read(new StringReader(dump));
        assertThat(read).hasSize(made.functions());
        assertThat(said).hasSameSizeAs(read);

        LspciComparison comparison = new LspciComparison();
        for (int i = 0; i < said.size(); i++) {
            assertThat(said.get(i).address()).isEqualTo(read.get(i).address());
            comparison.compare(said.get(i), ConfigContents.of(read.get(i).config()));
        }

        assertThat(comparison.disagreements).as("seed %d", SEED).isEmpty();
        assertThat(comparison.unknown).isEmpty();
        // lspci takes the bits of a bridge's power management from another register.
        assertThat(comparison.unmapped).isSubsetOf(Set.of("PM:Bridge"));
        assertThat(comparison.compared).isGreaterThan(FEWEST);
    }
}
