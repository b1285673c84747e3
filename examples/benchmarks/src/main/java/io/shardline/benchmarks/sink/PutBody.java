package io.shardline.benchmarks.sink;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.shardline.aggregation.HashKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The records in the body of a PutRecords or PutRecord request; JSON and CBOR have the same fields.
 *
 * <p>Thread-safe.
 */
final class PutBody {

    private PutBody() {}

    /**
     * Reads a request of either operation: where there is no list of records, it is one.
     *
     * @param counted is given the data of each record
     * @return where each is to go
     */
    static List<HashKey> read(JsonParser parser, Consumer<byte[]> counted) throws IOException {
        requireToken(parser.nextToken(), JsonToken.START_OBJECT);
        List<HashKey> places = new ArrayList<>();
        Draft alone = new Draft();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("Records")) {
                requireToken(value, JsonToken.START_ARRAY);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    places.add(entry(parser, counted));
                }
            } else {
                alone.take(field, parser);
            }
        }
        return places.isEmpty() ? List.of(alone.place(counted)) : places;
    }

    private static HashKey entry(JsonParser parser, Consumer<byte[]> counted) throws IOException {
        Draft draft = new Draft();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            draft.take(field, parser);
        }
        return draft.place(counted);
    }

    private static void requireToken(JsonToken token, JsonToken wanted) throws IOException {
        if (token != wanted) {
            throw new IOException("wanted " + wanted + ", got " + token);
        }
    }

    private static final class Draft {

        private String partitionKey = "";
        private String explicitHashKey = "";
        private byte[] data = {};

        void take(String field, JsonParser parser) throws IOException {
            switch (field) {
                case "PartitionKey" -> partitionKey = parser.getText();
                case "ExplicitHashKey" -> explicitHashKey = parser.getText();
                case "Data" -> data = parser.getBinaryValue();
                default -> parser.skipChildren();
            }
        }

        HashKey place(Consumer<byte[]> counted) {
            counted.accept(data);
            return explicitHashKey.isEmpty() ? HashKey.ofPartitionKey(partitionKey) : HashKey.parse(explicitHashKey);
        }
    }
}
