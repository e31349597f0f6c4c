// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * The page about JSON and the commands say the same. {@link Run} compares what each command prints in any test; here it is
 * that no command is missing, that the page has nothing that no command writes, and that the comparison finds something.
 */
class JsonPageTest {
    private static final JsonPage PAGE = JsonPage.read();

    /** These print no object of their own, or are groups of others. */
    private static final List<String> WITHOUT = List.of("pass", "completion", "serve", "export");

    @TempDir
    Path root;

    @Test
    void each_command_is_on_the_page_and_the_page_has_no_other() {
        List<String> commands = new ArrayList<>();
        collect("", Jvfio.commandLine(new Run(root).environment()), commands);
        commands.removeAll(WITHOUT);

        assertThat(commands).contains("list", "nvme bench", "vf create");
        assertThat(PAGE.names().stream().filter(name -> !name.matches("[A-Z_]+")))
                .containsAll(commands)
                .allMatch(name -> commands.contains(name)
                        || List.of("error", "serve and export", "serve --report")
                                .contains(name));
    }

    private static void collect(String before, CommandLine command, List<String> names) {
        command.getSubcommands().forEach((name, sub) -> {
            if (sub.getSubcommands().isEmpty()) {
                names.add(before + name);
            } else {
                collect(before + name + " ", sub, names);
            }
        });
    }

    @Test
    void each_field_of_the_page_is_one_that_some_command_writes() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.append(Files.readString(file));
            }
        }

        assertThat(PAGE.fieldNames())
                .hasSizeGreaterThan(200)
                .allSatisfy(name -> assertThat(sources).contains("\"" + name + "\""));
    }

    @Test
    void commands_that_no_other_test_runs_so_print_what_the_page_says() throws IOException {
        String nvme = "model:nvme?size=1MiB";
        Path file = Files.write(root.resolve("blocks"), new byte[512]);
        Run run = new Run(root.resolve("host"));
        run.host.function("0000:00:05.0", "1234:11E8", "FF0000");
        run.host.mdev("6a766600-0000-4000-8000-000000000001", 3);
        try (Vfio vfio = Vfio.create()) {
            run.opener = (locator, options) -> vfio.openPci(DeviceLocator.parse(locator), OpenOptions.defaults());
            for (List<String> args : List.of(
                    List.of("nvme", "write", nvme, "0", "-i", file.toString(), "--yes", "--force"),
                    List.of(
                            "nvme",
                            "read",
                            nvme,
                            "0",
                            "1",
                            "-o",
                            root.resolve("read").toString()),
                    List.of("reset", "model:edu"),
                    List.of("irq", "model:edu"),
                    List.of("show", "model:edu"),
                    List.of("show", "mdev:6a766600-0000-4000-8000-000000000001", "--no-open"),
                    List.of("igd", "info", "model:igd"))) {
                String[] all = Stream.concat(args.stream(), Stream.of("--json")).toArray(String[]::new);
                assertThat(run.execute(all)).as("%s: %s", args, run.err).isZero();
                assertThat(run.json().get("schema")).isEqualTo(1L);
            }
        }
    }

    @Test
    void an_error_is_what_the_page_says() {
        Run run = new Run(root);

        assertThat(run.execute("vf", "remove", "0000:00:09.0", "--json")).isNotZero();
        assertThat(run.json().containsKey("error")).isTrue();
    }

    private static final String SMALL = """
            ### one

            In words.

            ```shape
            a: text
            b?: number or null
            c: [          # some
              d: flag
              *: [text]
            ]
            e: TWO
            ```

            ### TWO

            ```shape
            f: decimal
            ```
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':'x','c':[],'e':{'f':1.5}}",
                "{'a':'x','b':null,'c':[{'d':true,'x':['y']},{'d':false}],'e':{'f':2}}",
            })
    void what_is_as_the_page_says_is_right(String json) {
        assertThat(JsonPage.of(SMALL).differences("one", parsed(json))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'c':[],'e':{'f':1.5}}",
                "{'a':1,'c':[],'e':{'f':1.5}}",
                "{'a':'x','b':'y','c':[],'e':{'f':1.5}}",
                "{'a':'x','c':[],'e':{'f':1.5},'g':1}",
                "{'a':'x','c':[{}],'e':{'f':1.5}}",
                "{'a':'x','c':[{'d':true,'x':[1]}],'e':{'f':1.5}}",
                "{'a':'x','c':{},'e':{'f':1.5}}",
                "{'a':'x','c':[],'e':{'f':'y'}}",
                "{'a':'x','c':[],'e':{}}",
            })
    void what_is_not_is_found(String json) {
        assertThat(JsonPage.of(SMALL).differences("one", parsed(json))).isNotEmpty();
        assertThat(JsonPage.of(SMALL).differences("three", Map.of())).isNotEmpty();
    }

    @Test
    void a_page_that_cannot_be_read_is_refused() {
        assertThatThrownBy(() -> JsonPage.of("### one\n\n```shape\na b\n```\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<?, ?> parsed(String json) {
        return ParsedJson.object(json.replace('\'', '"'));
    }
}
