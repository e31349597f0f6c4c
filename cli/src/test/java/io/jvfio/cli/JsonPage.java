// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What docs/json.md says of the objects that commands print. */
final class JsonPage {
    private static final Path PAGE = Path.of("..", "docs", "json.md");
    private static final Pattern BLOCK =
            Pattern.compile("(?m)^### (.+)\\n\\n(?:(?![#`]).*\\n)*```shape\\n([^`]*)^```$");
    private static final Pattern FIELD = Pattern.compile("([\\w*]+)(\\??): (.+?)(?:\\s+#.*)?");
    private static final String ANY = "*";

    /**
     * A field.
     *
     * @param optional whether it is there at times only
     * @param types what it can be; of an object or an array of objects that the page spells out, its shape
     */
    private record Field(boolean optional, List<String> types, Map<String, Field> shape) {}

    private final Map<String, Map<String, Field>> shapes = new LinkedHashMap<>();

    private JsonPage() {}

    static JsonPage read() {
        try {
            return of(Files.readString(PAGE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonPage of(String text) {
        JsonPage page = new JsonPage();
        for (MatchResult block : BLOCK.matcher(text).results().toList()) {
            page.shapes.put(block.group(1), fields(block.group(2)));
        }
        return page;
    }

    /** The headings of what it describes. */
    Set<String> names() {
        return shapes.keySet();
    }

    /** All names of fields, at any depth. */
    Set<String> fieldNames() {
        Set<String> names = new LinkedHashSet<>();
        shapes.values().forEach(shape -> collect(shape, names));
        names.remove(ANY);
        return names;
    }

    private static void collect(Map<String, Field> shape, Set<String> names) {
        names.addAll(shape.keySet());
        shape.values().forEach(field -> collect(field.shape, names));
    }

    /** In what ways an object is not as a part of the page says. */
    List<String> differences(String name, Map<?, ?> object) {
        List<String> found = new ArrayList<>();
        Map<String, Field> shape = shapes.get(name);
        if (shape == null) {
            found.add("the page has no " + name);
        } else {
            compare(name, shape, object, found);
        }
        return found;
    }

    private void compare(String at, Map<String, Field> shape, Map<?, ?> object, List<String> found) {
        object.forEach((key, value) -> {
            Field field = shape.getOrDefault(key, shape.get(ANY));
            if (field == null) {
                found.add(at + " has " + key + ", which the page has not");
            } else if (field.types.stream().noneMatch(type -> fits(at + "." + key, type, field, value, found))) {
                found.add(at + "." + key + " is " + value + ", and by the page " + field.types);
            }
        });
        shape.forEach((key, field) -> {
            if (!field.optional && !key.equals(ANY) && !object.containsKey(key)) {
                found.add(at + " has no " + key);
            }
        });
    }

    private boolean fits(String at, String type, Field field, @Nullable Object value, List<String> found) {
        return switch (type) {
            case "text" -> value instanceof String;
            case "number" -> value instanceof Long;
            case "decimal" -> value instanceof Long || value instanceof String text && isDecimal(text);
            case "flag" -> value instanceof Boolean;
            case "null" -> value == null;
            case "[text]" -> value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
            default -> fitsShape(at, type, field, value, found);
        };
    }

    private boolean fitsShape(String at, String type, Field field, @Nullable Object value, List<String> found) {
        boolean many = type.startsWith("[");
        String name = type.replaceAll("[\\[\\]{}]", "");
        Map<String, Field> shape = name.isEmpty() ? field.shape : shapes.get(name);
        if (shape == null || many != value instanceof List || !many && !(value instanceof Map)) {
            return false;
        }
        for (Object item : value instanceof List<?> list ? list : Arrays.asList(value)) {
            if (!(item instanceof Map<?, ?> object)) {
                return false;
            }
            compare(at, shape, object, found);
        }
        return true;
    }

    /** {@link ParsedJson} gives numbers with a point as text, so these two cannot be told apart. */
    private static boolean isDecimal(String text) {
        return text.matches("-?\\d+\\.\\d+(?:E-?\\d+)?");
    }

    private static Map<String, Field> fields(String block) {
        Map<String, Field> top = new LinkedHashMap<>();
        Deque<Map<String, Field>> open = new ArrayDeque<>(List.of(top));
        for (String line : block.lines().map(String::strip).toList()) {
            if (line.equals("}") || line.equals("]")) {
                open.pop();
                continue;
            }
            Matcher match = FIELD.matcher(line);
            if (!match.matches()) {
                throw new IllegalArgumentException("no field: " + line);
            }
            Map<String, Field> shape = new LinkedHashMap<>();
            String types = match.group(3);
            Field field = new Field(!match.group(2).isEmpty(), List.of(types.split(" or ", -1)), shape);
            if (open.element().put(match.group(1), field) != null) {
                throw new IllegalArgumentException("twice: " + line);
            }
            if (types.equals("{") || types.equals("[")) {
                open.push(shape);
            }
        }
        if (open.size() != 1) {
            throw new IllegalArgumentException("not closed: " + block);
        }
        return top;
    }
}
