// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static io.jvfio.tests.architecture.Repository.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for source files and cannot be seen in class files. */
class SourcesTest {
    private static final String LICENCE = "SPDX-License-Identifier: Apache-2.0";

    /** A mark of unfinished work without the number of an issue. */
    private static final Pattern LEFT_OVER = Pattern.compile("\\b(?:T[O]DO|FIX[M]E|X[X]X)\\b(?!\\(#\\d+\\))");

    /** A public type of the file's own, with the Javadoc before it. */
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?s)/\\*\\*(?<doc>(?:(?!\\*/).)*)\\*/\\s*(?:@[^\\n]*\\n)*"
                    + "public (?:(?:abstract|final|sealed|non-sealed) )*(?:class|interface|record|enum) (?<name>\\w+)");

    private static final Pattern PUBLIC_DECLARATION =
            Pattern.compile("(?m)^public [a-z -]*(?:class|interface|record|enum) \\w+");

    @Test
    void every_source_file_names_its_licence() {
        assertThat(sources()).isNotEmpty();
        assertThat(names(sources(), file -> text(file).lines().limit(3).noneMatch(line -> line.contains(LICENCE))))
                .isEmpty();
    }

    @Test
    void nothing_is_left_to_do_without_saying_where_it_is_tracked() {
        assertThat(names(sources(), file -> LEFT_OVER.matcher(text(file)).find()))
                .isEmpty();
    }

    @Test
    void every_public_type_says_which_threads_may_use_it() {
        assertThat(publicTypes()).isNotEmpty();
        assertThat(names(publicTypes(), file -> !saysThreads(text(file)))).isEmpty();
    }

    @Test
    void the_patterns_find_what_they_are_for() {
        assertThat("// TO" + "DO: later").containsPattern(LEFT_OVER);
        assertThat("// TO" + "DO(#12): later").doesNotContainPattern(LEFT_OVER);
        assertThat(saysThreads("/** A box.\n *\n * <p>Threads: one.\n */\n@Fast\npublic final class Box {"))
                .isTrue();
        assertThat(saysThreads("/** Threads: one. */\nint size;\n/** A box. */\npublic interface Box {"))
                .isFalse();
        assertThat(saysThreads("public record Box() {}")).isFalse();
    }

    private static boolean saysThreads(String text) {
        Matcher type = PUBLIC_TYPE.matcher(text);
        return type.find() && type.group("doc").contains("Threads:");
    }

    /** Files of library modules whose own type is public and not internal. */
    private static List<Path> publicTypes() {
        return Repository.files().stream()
                .filter(file -> Repository.name(file).matches("[a-z-]+/src/main/java/io/jvfio/.*\\.java"))
                .filter(file ->
                        !Repository.name(file).matches("(cli|examples|benchmarks|stress|tests)/.*|.*/internal/.*"))
                .filter(file -> PUBLIC_DECLARATION.matcher(text(file)).find())
                .toList();
    }

    private static List<Path> sources() {
        return Repository.files().stream()
                .filter(file -> isSource(Repository.name(file)))
                .toList();
    }

    private static List<String> names(List<Path> files, Predicate<Path> wanted) {
        return files.stream().filter(wanted).map(Repository::name).toList();
    }

    private static boolean isSource(String name) {
        return name.matches(".*\\.(java|c|h|S|sh|py|xml)") || name.matches("jvfio|guest/lab|\\.ci/run");
    }
}
