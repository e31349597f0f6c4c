// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import io.jvfio.tests.architecture.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Quotes of Java in Markdown. What is quoted are lines of one source file, in its order and without a gap, but for a line
 * {@code ...} that stands for any number of lines. Indentation, empty lines, {@code @Override} and {@code @Test} do not
 * count.
 */
final class Quotes {
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\n(.*?)^```$");
    private static final Pattern XML = Pattern.compile("(?ms)^```xml\n(.*?)^```$");
    private static final Pattern ANY_JAVA = Pattern.compile("(?mi)^\\s*(?:```+|~~~+)\\s*(?:java|jshell)\\b.*$");
    private static final Set<String> LEFT_OUT = Set.of("", "@Override", "@Test");

    private final List<String> sources;

    private Quotes(List<String> sources) {
        this.sources = sources.stream().map(Quotes::normalized).toList();
    }

    /** Whatever is compiled by this build, and in {@code consumers/}. */
    static Quotes ofCompiledSources() {
        return new Quotes(Repository.files().stream()
                .filter(file -> Repository.name(file).matches("(consumers/)?[a-z-]+/src/(main|test)/java/.*\\.java"))
                .map(Repository::text)
                .toList());
    }

    static Quotes of(String source) {
        return new Quotes(List.of(source));
    }

    /** README and the guides. */
    static List<Path> documents() {
        return Repository.files().stream()
                .filter(file -> Repository.name(file).matches("[A-Za-z]+\\.md|docs/.*\\.md"))
                .toList();
    }

    /** POMs of the projects in {@code consumers/}. */
    static Quotes ofPoms() {
        return new Quotes(Repository.files().stream()
                .filter(file -> Repository.name(file).matches("consumers/[a-z-]+/pom.xml"))
                .map(Repository::text)
                .toList());
    }

    /** The XML in a document. */
    static List<String> xmlIn(String document) {
        return XML.matcher(document).results().map(match -> match.group(1)).toList();
    }

    /** The Java in a document. */
    static List<String> in(String document) {
        List<String> found =
                JAVA.matcher(document).results().map(match -> match.group(1)).toList();
        List<String> fences =
                ANY_JAVA.matcher(document).results().map(MatchResult::group).toList();
        if (found.size() != fences.size()) {
            throw new IllegalArgumentException("not each of these starts a block of Java: " + fences);
        }
        return found;
    }

    /** Whether a source file has it. */
    boolean isCompiled(String quote) {
        String[] parts = ("\n" + quote.strip() + "\n").split("\\n\\s*\\.\\.\\.\\s*(?=\\n)", -1);
        return sources.stream().anyMatch(source -> has(source, parts));
    }

    private static boolean has(String source, String[] parts) {
        int from = 0;
        for (String part : parts) {
            String lines = normalized(part);
            int at = source.indexOf(lines, from);
            if (at < 0) {
                return false;
            }
            from = at + lines.length() - 1;
        }
        return true;
    }

    /** Begins and ends with a line break. */
    private static String normalized(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !LEFT_OUT.contains(line))
                .collect(Collectors.joining("\n", "\n", "\n"));
    }
}
