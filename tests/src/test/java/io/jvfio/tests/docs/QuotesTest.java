// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.tests.architecture.Repository;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever Java README and the guides quote is compiled, and what is not is found. */
final class QuotesTest {
    private static final Quotes COMPILED = Quotes.ofCompiledSources();

    private static final String SOURCE = """
            final class Square extends Shape {
                private final long side;

                @Override
                long area() {
                    long area = side * side;
                    return area;
                }
            }
            """;

    static Stream<Arguments> quotes() {
        return Quotes.documents().stream()
                .flatMap(file -> Quotes.in(Repository.text(file)).stream()
                        .map(quote -> Arguments.argumentSet(
                                Repository.name(file) + ": "
                                        + quote.lines().findFirst().orElse(""),
                                quote)));
    }

    @ParameterizedTest
    @MethodSource("quotes")
    void what_is_quoted_is_compiled(String quote) {
        assertThat(COMPILED.isCompiled(quote)).as(quote).isTrue();
    }

    static Stream<Arguments> quotesOfPoms() {
        return Quotes.documents().stream()
                .flatMap(file -> Quotes.xmlIn(Repository.text(file)).stream()
                        .map(quote -> Arguments.argumentSet(Repository.name(file), quote)));
    }

    @ParameterizedTest
    @MethodSource("quotesOfPoms")
    void what_is_quoted_of_a_POM_is_in_one(String quote) {
        assertThat(Quotes.ofPoms().isCompiled(quote)).as(quote).isTrue();
    }

    @Test
    void README_and_the_guides_are_read() {
        assertThat(Quotes.documents().stream().map(Repository::name))
                .contains("README.md", "CONTRIBUTING.md", "docs/driver-guide.md", "docs/model-guide.md");
        assertThat(quotes().count()).isGreaterThan(20);
        assertThat(Quotes.in(Repository.text(Repository.ROOT.resolve("README.md"))))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long area() {\nlong area = side * side;",
                "private final long side;\n\nlong area() {",
                "long area() {\n    ...\n    return area;\n}",
                "long area() {\n    ...\n}",
                "final class Square extends Shape {\n...\n    long area() {\n    ...\n    }\n}",
            })
    void lines_of_a_source_file_are_a_quote(String lines) {
        assertThat(Quotes.of(SOURCE).isCompiled(lines)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long area() {\n    return side * side;\n}",
                "long area() {\n    return area;\n}",
                "return area;\n...\nlong area() {",
                "return area;\n...\nreturn area;",
                "area;",
                "long area() { ... }",
            })
    void other_lines_are_none(String lines) {
        assertThat(Quotes.of(SOURCE).isCompiled(lines)).isFalse();
    }

    @Test
    void a_call_that_does_not_compile_is_found_in_README() {
        String readme = Repository.text(Repository.ROOT.resolve("README.md"));

        List<String> wrong = Quotes.in(readme.replace("regs.write(Edu.DMA_COUNT", "regs.write64(Edu.DMA_COUNT"));

        assertThat(wrong).isNotEqualTo(Quotes.in(readme)).noneMatch(COMPILED::isCompiled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"``` java\nint i;\n```\n", "~~~java\nint i;\n~~~\n", "  ```Java\n  int i;\n  ```\n"})
    void Java_in_another_kind_of_block_is_not_passed_over(String document) {
        assertThatThrownBy(() -> Quotes.in(document)).isInstanceOf(IllegalArgumentException.class);
    }
}
