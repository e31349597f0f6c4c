// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.iommu.IovaRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Capabilities as JSON, {@code {"capabilities":{"max_msg_fds":8}}}. Unknown keys are ignored, known ones of the wrong type
 * or range are refused. Depth and size are limited.
 *
 * <p>Threads: pure functions.
 */
final class CapabilityJson {
    /** The longest text that is read, in bytes. */
    static final int MOST_BYTES = 16 * 1024;

    private static final int MOST_DEPTH = 8;

    private static final String CAPABILITIES = "capabilities";
    private static final String MAX_MSG_FDS = "max_msg_fds";
    private static final String MAX_DATA_XFER_SIZE = "max_data_xfer_size";
    private static final String MAX_DMA_MAPS = "max_dma_maps";
    private static final String PGSIZES = "pgsizes";
    private static final String TWIN_SOCKET = "twin_socket";
    private static final String SUPPORTED = "supported";
    private static final String FD_INDEX = "fd_index";
    private static final String WRITE_MULTIPLE = "write_multiple";
    private static final String ADDED_REGIONS = "jvfio_added_regions";
    private static final String STOREYS = "jvfio_storeys";
    private static final String SLOW_REGIONS = "jvfio_slow_regions";
    private static final String POSTED_REGIONS = "jvfio_posted_regions";
    private static final String REACH = "jvfio_reach";

    /** What an address begins with. Numbers of JSON do not go so far in every reader. */
    private static final String HEX = "0x";

    private static final int LONGEST_ADDRESS = HEX.length() + 2 * Long.BYTES;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxDocumentLength(MOST_BYTES)
                    .maxNumberLength(32)
                    .maxStringLength(MOST_BYTES)
                    .maxNameLength(256)
                    .build())
            .build();

    private CapabilityJson() {}

    /**
     * Reads the text of a peer.
     *
     * @throws ProtocolException with EINVAL if it is malformed; the text is not in the exception
     */
    static Capabilities read(byte[] text) {
        if (text.length > MOST_BYTES) {
            throw malformed(text.length + " bytes");
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("no object");
            }
            Capabilities found = Capabilities.absent();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                boolean known = parser.currentName().equals(CAPABILITIES);
                JsonToken value = parser.nextToken();
                if (!known) {
                    parser.skipChildren();
                } else if (value == JsonToken.START_OBJECT) {
                    found = readObject(parser);
                } else {
                    throw malformed("capabilities that are no object");
                }
            }
            if (parser.nextToken() != null) {
                throw malformed("text behind the object");
            }
            return found;
        } catch (IOException e) {
            throw malformed(e.getClass().getSimpleName());
        }
    }

    private static Capabilities readObject(JsonParser parser) throws IOException {
        Capabilities found = Capabilities.absent();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            found = switch (key) {
                case MAX_MSG_FDS -> found.withMaxFds((int) number(parser, key, Integer.MAX_VALUE));
                case MAX_DATA_XFER_SIZE -> found.withMaxTransfer(number(parser, key, Long.MAX_VALUE));
                case MAX_DMA_MAPS -> found.withMaxDmaMaps((int) number(parser, key, Integer.MAX_VALUE));
                case PGSIZES -> found.withPageSizes(number(parser, key, Long.MAX_VALUE));
                case TWIN_SOCKET -> readTwin(parser, found);
                case WRITE_MULTIPLE -> found.withWriteMultiple(bool(parser, key));
                case ADDED_REGIONS -> found.withAddedRegions(bool(parser, key));
                case STOREYS -> found.withStoreys(array(parser, key, Capabilities.MOST_STOREYS, CapabilityJson::id));
                case SLOW_REGIONS ->
                    found.withSlowRegions(array(parser, key, Capabilities.MOST_TOLD_REGIONS, CapabilityJson::index));
                case POSTED_REGIONS ->
                    found.withPostedRegions(array(parser, key, Capabilities.MOST_TOLD_REGIONS, CapabilityJson::index));
                case REACH -> found.withReach(range(array(parser, key, 2, CapabilityJson::address)));
                default -> {
                    parser.skipChildren();
                    yield found;
                }
            };
        }
        return found;
    }

    private static Capabilities readTwin(JsonParser parser, Capabilities found) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(TWIN_SOCKET + " that is no object");
        }
        boolean supported = false;
        int fd = -1;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case SUPPORTED -> supported = bool(parser, key);
                case FD_INDEX -> fd = (int) number(parser, key, Integer.MAX_VALUE);
                default -> parser.skipChildren();
            }
        }
        return found.withTwinSocket(supported, fd);
    }

    /** Reads an element of an array. */
    @FunctionalInterface
    private interface Element<T> {
        T read(JsonParser parser, String key) throws IOException;
    }

    private static <T> List<T> array(JsonParser parser, String key, int most, Element<T> element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw malformed(key + " that is no array");
        }
        List<T> found = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (found.size() == most) {
                throw malformed(key + " with more than " + most + " elements");
            }
            found.add(element.read(parser, key));
        }
        return found;
    }

    private static String id(JsonParser parser, String key) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING || parser.getTextLength() > Capabilities.LONGEST_STOREY) {
            throw malformed(key + " with another element than a short text");
        }
        return parser.getText();
    }

    private static long address(JsonParser parser, String key) throws IOException {
        String text = parser.currentToken() == JsonToken.VALUE_STRING && parser.getTextLength() <= LONGEST_ADDRESS
                ? parser.getText()
                : "";
        try {
            if (text.startsWith(HEX)) {
                return Long.parseUnsignedLong(text, HEX.length(), text.length(), 16);
            }
        } catch (NumberFormatException notHexadecimal) {
            // It is none, as what does not begin so.
        }
        throw malformed(key + " with another element than a hexadecimal address");
    }

    private static IovaRange range(List<Long> firstAndLast) {
        if (firstAndLast.size() != 2 || Long.compareUnsigned(firstAndLast.get(0), firstAndLast.get(1)) > 0) {
            throw malformed(REACH + " that is not a first and a last address");
        }
        return new IovaRange(firstAndLast.get(0), firstAndLast.get(1));
    }

    private static int index(JsonParser parser, String key) throws IOException {
        return (int) number(parser, key, Integer.MAX_VALUE);
    }

    private static long number(JsonParser parser, String key, long most) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw malformed(key + " that is no integer");
        }
        long value = parser.getLongValue();
        if (value < 0 || value > most) {
            throw malformed(key + " " + value);
        }
        return value;
    }

    private static boolean bool(JsonParser parser, String key) throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw malformed(key + " that is neither true nor false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private static ProtocolException malformed(String problem) {
        return new ProtocolException(Errno.EINVAL, Command.VERSION.call(), "capabilities: " + problem);
    }

    /**
     * Writes capabilities as a request has them, or a reply.
     *
     * @param all also what the other side assumes if it is left out
     */
    static byte[] write(Capabilities capabilities, boolean all) {
        Capabilities absent = Capabilities.absent();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart(CAPABILITIES);
            writeNumber(json, MAX_MSG_FDS, capabilities.maxFds(), all ? -1 : absent.maxFds());
            writeNumber(json, MAX_DATA_XFER_SIZE, capabilities.maxTransfer(), all ? -1 : absent.maxTransfer());
            writeNumber(json, MAX_DMA_MAPS, capabilities.maxDmaMaps(), all ? -1 : absent.maxDmaMaps());
            writeNumber(json, PGSIZES, capabilities.pageSizes(), all ? -1 : absent.pageSizes());
            if (capabilities.twinSocket()) {
                json.writeObjectFieldStart(TWIN_SOCKET);
                json.writeBooleanField(SUPPORTED, true);
                if (capabilities.twinFd() >= 0) {
                    json.writeNumberField(FD_INDEX, capabilities.twinFd());
                }
                json.writeEndObject();
            }
            if (capabilities.writeMultiple()) {
                json.writeBooleanField(WRITE_MULTIPLE, true);
            }
            if (capabilities.addedRegions()) {
                json.writeBooleanField(ADDED_REGIONS, true);
            }
            if (!capabilities.storeys().isEmpty()) {
                json.writeArrayFieldStart(STOREYS);
                for (String id : capabilities.storeys()) {
                    json.writeString(id);
                }
                json.writeEndArray();
            }
            writeIndexes(json, SLOW_REGIONS, capabilities.slowRegions());
            writeIndexes(json, POSTED_REGIONS, capabilities.postedRegions());
            IovaRange reach = capabilities.reach();
            if (!reach.equals(IovaRange.ALL)) {
                json.writeArrayFieldStart(REACH);
                json.writeString(Hex.of(reach.start()));
                json.writeString(Hex.of(reach.last()));
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    private static void writeIndexes(JsonGenerator json, String key, List<Integer> indexes) throws IOException {
        if (!indexes.isEmpty()) {
            json.writeArrayFieldStart(key);
            for (int index : indexes) {
                json.writeNumber(index);
            }
            json.writeEndArray();
        }
    }

    private static void writeNumber(JsonGenerator json, String key, long value, long assumed) throws IOException {
        if (value != assumed) {
            json.writeNumberField(key, value);
        }
    }
}
