// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process of root takes, and who is such a process. */
final class RootsAloneTest {
    private static final Path JAR = Path.of("/opt/models/adder.jar");

    @TempDir
    private Path folder;

    /** By path; what is not there is root's with mode 0755. */
    private final Map<Path, Map<String, Object>> different = new HashMap<>();

    private final RootsAlone rule =
            new RootsAlone(file -> different.getOrDefault(file, Map.of("uid", 0, "mode", 0100755)));

    @Test
    void what_root_alone_can_write_is_taken() {
        assertThat(rule.has(JAR)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/opt", "/opt/models", "/opt/models/adder.jar"})
    void nothing_on_the_way_may_be_somebody_elses(String place) {
        different.put(Path.of(place), Map.of("uid", 1000, "mode", 0755));
        assertThat(rule.has(JAR)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"/,777", "/opt,775", "/opt/models/adder.jar,1666", "/opt/models,757", "/opt/models/adder.jar,664"})
    void nothing_on_the_way_may_be_writable_by_others(String place, String mode) {
        different.put(Path.of(place), Map.of("uid", 0, "mode", Integer.parseInt(mode, 8)));
        assertThat(rule.has(JAR)).isFalse();
    }

    @Test
    void a_sticky_folder_above_it_may_be_writable_as_what_is_root_s_stays_there() {
        different.put(Path.of("/opt"), Map.of("uid", 0, "mode", 01777));
        assertThat(rule.has(JAR)).isTrue();
        assertThat(rule.has(Path.of("/opt"))).isFalse();
    }

    @Test
    void what_cannot_be_looked_at_is_not_taken() {
        RootsAlone blind = new RootsAlone(file -> {
            throw new IOException("no access to " + file);
        });
        assertThat(blind.has(JAR)).isFalse();
    }

    @Test
    void the_system_tells_owner_and_mode() throws IOException {
        assertThat(RootsAlone.system().has(Path.of("/proc/version"))).isTrue();
        Path open = Files.createFile(folder.resolve("open.jar"));
        Files.setAttribute(open, "unix:mode", 0666);
        assertThat(RootsAlone.system().has(open.toRealPath())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1000 1000 1000 1000,0000000000000000,false",
        "0 0 0 0,0000000000000000,true",
        "1000 0 1000 1000,0000000000000000,true",
        "1000 1000 1000 1000,0000000000001000,true",
        "1000 1000 1000 1000,ffffffffffffffff,true",
        "1000 1000 1000 1000,what,true",
    })
    void it_matters_to_root_and_to_whoever_has_a_capability(String uids, String capabilities, boolean matters)
            throws IOException {
        Path status = folder.resolve("status");
        Files.writeString(
                status, "Name:\tjava\nUid:\t" + uids.replace(' ', '\t') + "\nCapEff:\t" + capabilities + "\n");
        assertThat(RootsAlone.matters(status)).isEqualTo(matters);
    }

    @Test
    void it_matters_where_nothing_is_known() {
        assertThat(RootsAlone.matters(folder.resolve("none"))).isTrue();
    }
}
