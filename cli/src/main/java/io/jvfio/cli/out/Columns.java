// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is told of items of one kind, said once: columns for people and fields of JSON for programs, most of them both.
 * Fields are written in the order in which they were added; a table can ask for some columns in another order.
 *
 * <p>Threads: one at a time while it is filled, then immutable.
 *
 * @param <T> the items
 */
public final class Columns<T> {
    private final Map<String, Value<? super T>> cells = new LinkedHashMap<>();
    private final List<BiConsumer<Json, ? super T>> fields = new ArrayList<>();

    /**
     * What an item has in a column. It is told as its {@code toString} says.
     *
     * @param <T> the items
     */
    @FunctionalInterface
    public interface Value<T> {
        /** The value, or null if the item has none. */
        @Nullable Object of(T item);
    }

    /** A column for people alone. Replaces one of the same heading, in its place. */
    public Columns<T> column(String heading, Value<? super T> value) {
        cells.put(heading, value);
        return this;
    }

    /** The columns of something that each item has; none of its fields. */
    public <U> Columns<T> columns(Function<? super T, ? extends U> part, Columns<U> columns) {
        columns.cells.forEach((heading, value) -> column(heading, item -> value.of(part.apply(item))));
        return this;
    }

    /** A field for programs alone. */
    public Columns<T> field(BiConsumer<Json, ? super T> write) {
        fields.add(write);
        return this;
    }

    /** A text, for both. */
    public Columns<T> text(String heading, String field, Value<? super T> value) {
        return column(heading, value).text(field, value);
    }

    /** A text, or null, for programs. */
    public Columns<T> text(String field, Value<? super T> value) {
        return field((json, item) -> json.text(field, text(value, item)));
    }

    /** A number that is unknown if it is negative, for both. */
    public Columns<T> number(String heading, String field, ToLongFunction<? super T> value) {
        return column(heading, item -> value.applyAsLong(item) < 0 ? null : value.applyAsLong(item))
                .number(field, value);
    }

    /** A number that is unknown if it is negative, for programs. */
    public Columns<T> number(String field, ToLongFunction<? super T> value) {
        return field((json, item) -> json.numberOrNull(field, value.applyAsLong(item)));
    }

    /** Yes or no, for programs. */
    public Columns<T> flag(String field, Predicate<? super T> value) {
        return field((json, item) -> json.flag(field, value.test(item)));
    }

    /** An address, offset or the like, for programs. */
    public Columns<T> hex(String field, ToLongFunction<? super T> value) {
        return field((json, item) -> json.hex(field, value.applyAsLong(item)));
    }

    /** An id of so many bits that is unknown if it is negative, for programs. */
    public Columns<T> id(String field, int bits, ToIntFunction<? super T> value) {
        return field((json, item) -> json.id(field, value.applyAsInt(item), bits));
    }

    /** Texts, for programs. */
    public Columns<T> texts(String field, Function<? super T, ? extends Iterable<?>> values) {
        return field((json, item) -> json.texts(field, values.apply(item)));
    }

    /** An object, for programs. */
    public <U> Columns<T> object(String field, Function<? super T, ? extends U> value, Columns<U> columns) {
        return field((json, item) -> json.object(field, object -> columns.write(object, value.apply(item))));
    }

    /** An array of objects, for programs. */
    public <U> Columns<T> objects(
            String field, Function<? super T, ? extends Iterable<? extends U>> values, Columns<U> columns) {
        return field((json, item) -> json.objects(field, values.apply(item), columns::write));
    }

    /** A table of these columns, or of all. */
    public Table table(Iterable<? extends T> items, String... headings) {
        String[] shown = headings.length == 0 ? cells.keySet().toArray(String[]::new) : headings;
        Table table = new Table(shown);
        for (T item : items) {
            @Nullable String[] row = new @Nullable String[shown.length];
            for (int column = 0; column < shown.length; column++) {
                row[column] = cell(shown[column], item);
            }
            table.row(row);
        }
        return table;
    }

    /** Adds all columns of one item to what is printed in pairs. */
    public void addTo(Properties properties, T item) {
        cells.keySet().forEach(heading -> properties.add(heading, cell(heading, item)));
    }

    /** Writes an item's fields into an object. */
    public void write(Json json, T item) {
        fields.forEach(field -> field.accept(json, item));
    }

    private @Nullable String cell(String heading, T item) {
        Value<? super T> value = cells.get(heading);
        if (value == null) {
            throw new IllegalArgumentException("no column " + heading);
        }
        return text(value, item);
    }

    private static <T> @Nullable String text(Value<T> value, T item) {
        Object told = value.of(item);
        return told == null ? null : told.toString();
    }
}
