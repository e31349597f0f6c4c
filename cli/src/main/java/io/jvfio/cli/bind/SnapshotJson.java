// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.jvfio.PciAddress;
import io.jvfio.binding.HostRecording;
import io.jvfio.cli.out.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was read of a host, as a file. Threads: stateless. */
final class SnapshotJson {
    private SnapshotJson() {}

    static String text(HostRecording recording) {
        return Json.object(true, json -> {
            json.number("schema", Json.SCHEMA);
            json.text("device", recording.address().toString());
            json.object("facts", facts -> recording.facts().forEach(facts::texts));
        });
    }

    /** Reads what {@link #text} has written, perhaps elsewhere; anything else is refused. */
    static HostRecording read(String text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
            String device = "";
            Map<String, List<String>> facts = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "schema" -> {
                        expect(parser, token, JsonToken.VALUE_NUMBER_INT);
                        if (parser.getLongValue() != Json.SCHEMA) {
                            throw new IOException("a snapshot of schema " + parser.getText() + ", not " + Json.SCHEMA);
                        }
                    }
                    case "device" -> {
                        expect(parser, token, JsonToken.VALUE_STRING);
                        device = parser.getText();
                    }
                    case "facts" -> readFacts(parser, facts);
                    default -> parser.skipChildren();
                }
            }
            if (!PciAddress.matches(device)) {
                throw new IOException("it is no snapshot of a PCI function");
            }
            return new HostRecording(PciAddress.parse(device), facts);
        }
    }

    private static void readFacts(JsonParser parser, Map<String, List<String>> facts) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.START_OBJECT);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String question = parser.currentName();
            expect(parser, parser.nextToken(), JsonToken.START_ARRAY);
            List<String> answer = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser, parser.currentToken(), JsonToken.VALUE_STRING);
                answer.add(parser.getText());
            }
            facts.put(question, answer);
        }
    }

    private static void expect(JsonParser parser, JsonToken found, JsonToken wanted) throws IOException {
        if (found != wanted) {
            throw new IOException("it is no snapshot: " + found + " instead of " + wanted + " in line "
                    + parser.currentLocation().getLineNr());
        }
    }
}
