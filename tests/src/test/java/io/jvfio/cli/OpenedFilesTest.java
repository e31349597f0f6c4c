// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.host.CountedHost;
import io.jvfio.host.PciIds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many files of the host a command opens. */
final class OpenedFilesTest {
    private static final int FUNCTIONS = 3;
    private static final int FILES_OF_A_FUNCTION = 3;

    /** The folders that list all functions, all mediated devices, and what VFIO has of them. */
    private static final int LISTS = 4;

    private static List<Path> opened(PracticeHost host, String line) {
        List<Path> opened = new ArrayList<>();
        Environment environment = new Environment(
                CountedHost.of(host.root(), opened),
                KernelDrivers.of(host.root(), Map.of()),
                PciIds::none,
                OtherJars.of(Map.of()),
                Vfio::open,
                new PrintWriter(new StringWriter()),
                false,
                new Interruption());
        String[] args = line.split(" ", -1);
        assertThat(Jvfio.commandLine(environment, args).execute(args)).isZero();
        return opened;
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list --json", "list --tree"})
    void a_list_opens_three_of_a_function_at_most(String line) throws Exception {
        try (PracticeHost host = PracticeHost.make()) {
            List<Path> opened = opened(host, line);
            Path functions = host.root().resolve("sys/bus/pci/devices");
            Map<Path, Long> byFunction = opened.stream()
                    .filter(file -> functions.equals(file.getParent().getParent()))
                    .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));
            assertThat(byFunction).hasSize(FUNCTIONS);
            assertThat(byFunction.values()).allMatch(count -> count <= FILES_OF_A_FUNCTION);
            assertThat(opened)
                    .doesNotHaveDuplicates()
                    .hasSizeLessThanOrEqualTo(FUNCTIONS * FILES_OF_A_FUNCTION + LISTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "--version", "list --help", "nvme --help", "completion bash"})
    void what_is_about_the_command_alone_opens_none(String line) throws Exception {
        try (PracticeHost host = PracticeHost.make()) {
            assertThat(opened(host, line)).isEmpty();
        }
    }
}
