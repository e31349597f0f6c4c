// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.jvfio.FileFailure;
import io.jvfio.cli.command.CommandFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code jvfio bench --json} has printed before, to compare with.
 *
 * <p>Threads: immutable.
 */
final class BenchFile {
    /**
     * An operation as it was.
     *
     * @param java nanoseconds
     * @param ratio to C; 0 if that was not measured
     */
    record Before(double java, double ratio) {}

    /** By their titles. */
    private final Map<String, Before> operations;

    private BenchFile(Map<String, Before> operations) {
        this.operations = Map.copyOf(operations);
    }

    /**
     * Reads a file.
     *
     * @throws CommandFailure if there is no such measurement in it
     */
    static BenchFile read(Path path) {
        Map<String, Before> operations = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(path.toFile())) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.START_ARRAY && "operations".equals(parser.currentName())) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        operation(parser, operations);
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new CommandFailure(path + " is not what 'jvfio bench --json' prints: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw FileFailure.of("read", path, e);
        }
        if (operations.isEmpty()) {
            throw new CommandFailure(path + " is not what 'jvfio bench --json' prints: it has no operations");
        }
        return new BenchFile(operations);
    }

    private static void operation(JsonParser parser, Map<String, Before> operations) throws IOException {
        String operation = "";
        String parameters = "";
        double java = 0;
        double ratio = 0;
        String spread = "";
        for (int depth = 1; depth > 0; ) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return;
            }
            String name = parser.currentName();
            if (token == JsonToken.START_OBJECT) {
                depth++;
                spread = name;
            } else if (token == JsonToken.END_OBJECT) {
                depth--;
            } else if (token == JsonToken.VALUE_STRING && depth == 1 && name.equals("operation")) {
                operation = parser.getText();
            } else if (token == JsonToken.VALUE_STRING && depth == 1 && name.equals("parameters")) {
                parameters = parser.getText();
            } else if (token.isNumeric() && depth == 2 && name.equals("median")) {
                if (spread.equals("java")) {
                    java = parser.getDoubleValue();
                } else if (spread.equals("ratio")) {
                    ratio = parser.getDoubleValue();
                }
            }
        }
        operations.put(Measured.title(operation, parameters), new Before(java, ratio));
    }

    /** An operation as it was then. */
    Optional<Before> before(Measured now) {
        return Optional.ofNullable(operations.get(now.title()));
    }
}
