package io.shardline.aggregation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry of an aggregate that was read. It shares its partition key with other entries of the aggregate, and the key is
 * hashed once for all of them: an aggregate may have a hundred thousand entries of one long key. Immutable.
 */
final class DecodedEntry extends AggregateEntry {
    private final Key key;

    /** A partition key in the table of an aggregate. Immutable. */
    static final class Key {
        private final String text;

        // Computed on first use. Threads that race here compute the same immutable value.
        private @Nullable HashKey hashKey;

        Key(String text) {
            this.text = text;
        }

        private HashKey hashKey() {
            HashKey known = hashKey;
            if (known == null) {
                known = HashKey.ofPartitionKey(text);
                hashKey = known;
            }
            return known;
        }
    }

    DecodedEntry(Key key, @Nullable HashKey explicitHashKey, byte[] data, Map<String, String> headers) {
        super(key.text, explicitHashKey, data, headers);
        this.key = key;
    }

    @Override
    public HashKey hashKey() {
        HashKey explicit = explicitHashKey();
        return explicit == null ? key.hashKey() : explicit;
    }
}
