// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.jvfio.Hex;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object. Ids, addresses, offsets and values of registers are texts in hexadecimal, because JSON's numbers
 * are not sure to hold 64 bits; counts and sizes are numbers. What is unknown is null.
 *
 * <p>Threads: one at a time.
 */
public final class Json {
    /** The version of all that {@code --json} prints. */
    public static final int SCHEMA = 1;

    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator generator;

    private Json(JsonGenerator generator) {
        this.generator = generator;
    }

    private interface Write {
        void run() throws IOException;
    }

    /**
     * An object's text.
     *
     * @param indented over several lines for people, or in one
     */
    public static String object(boolean indented, Consumer<Json> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (indented) {
                generator.setPrettyPrinter(new DefaultPrettyPrinter());
            }
            generator.writeStartObject();
            fields.accept(new Json(generator));
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    public void text(String name, @Nullable String value) {
        write(() -> generator.writeStringField(name, value));
    }

    public void number(String name, long value) {
        write(() -> generator.writeNumberField(name, value));
    }

    /** A measured number. */
    public void decimal(String name, double value) {
        write(() -> generator.writeNumberField(name, value));
    }

    /** A number that is never negative, or null if it is: unknown. */
    public void numberOrNull(String name, long value) {
        if (value < 0) {
            text(name, null);
        } else {
            number(name, value);
        }
    }

    public void flag(String name, boolean value) {
        write(() -> generator.writeBooleanField(name, value));
    }

    /** An address, offset or the like. */
    public void hex(String name, long value) {
        text(name, Hex.of(value));
    }

    /** A register's value. */
    public void hexBits(String name, long value, int bits) {
        text(name, Hex.ofBits(value, bits));
    }

    /** An id of so many bits, or null if it is negative: unknown. */
    public void id(String name, int value, int bits) {
        text(name, value < 0 ? null : Hex.ofBits(value, bits));
    }

    public void object(String name, Consumer<Json> fields) {
        write(() -> generator.writeObjectFieldStart(name));
        fields.accept(this);
        write(generator::writeEndObject);
    }

    /** An array of objects. */
    public <T> void objects(String name, Iterable<? extends T> items, BiConsumer<Json, ? super T> fields) {
        write(() -> generator.writeArrayFieldStart(name));
        for (T item : items) {
            write(generator::writeStartObject);
            fields.accept(this, item);
            write(generator::writeEndObject);
        }
        write(generator::writeEndArray);
    }

    /** An array of texts, each as its {@code toString} says. */
    public void texts(String name, Iterable<?> items) {
        write(() -> generator.writeArrayFieldStart(name));
        for (Object item : items) {
            write(() -> generator.writeString(item.toString()));
        }
        write(generator::writeEndArray);
    }

    private static void write(Write step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
