package io.shardline.aggregation;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One user record inside an aggregated record.
 *
 * <p>The entry owns its data: the array is neither copied when the entry is made nor when it is read, and must not be
 * changed by anybody. Two entries are equal if their partition keys, explicit hash keys,
 * headers and data are. Immutable.
 */
public sealed class AggregateEntry permits DecodedEntry {
    /** The longest partition key that Kinesis takes, in characters (Unicode code points). */
    public static final int MAX_PARTITION_KEY_LENGTH = 256;

    private final String partitionKey;
    private final @Nullable HashKey explicitHashKey;
    private final byte[] data;
    private final Map<String, String> headers;

    // Computed on first use. Threads that race here compute the same immutable value.
    private @Nullable HashKey hashKey;

    /**
     * Makes an entry.
     *
     * @param partitionKey the user record's partition key, at most 256 characters
     * @param explicitHashKey the hash key that overrides the partition key's own, or null
     * @param data the user record's data, owned by the entry from now on; may be empty
     * @throws IllegalArgumentException if the partition key is longer
     */
    public AggregateEntry(String partitionKey, @Nullable HashKey explicitHashKey, byte[] data) {
        this(partitionKey, explicitHashKey, data, Map.of());
    }

    /**
     * Makes an entry with headers, which are written into the format's {@code tags}.
     *
     * @param partitionKey the user record's partition key, at most 256 characters
     * @param explicitHashKey the hash key that overrides the partition key's own, or null
     * @param data the user record's data, owned by the entry from now on; may be empty
     * @param headers names and values in the order in which they are written
     * @throws IllegalArgumentException if the partition key is longer
     */
    public AggregateEntry(
            String partitionKey, @Nullable HashKey explicitHashKey, byte[] data, Map<String, String> headers) {
        if (isTooLong(partitionKey)) {
            throw new IllegalArgumentException(tooLong(partitionKey));
        }
        this.partitionKey = partitionKey;
        this.explicitHashKey = explicitHashKey;
        this.data = Objects.requireNonNull(data, "data");
        this.headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        this.hashKey = explicitHashKey;
    }

    static boolean isTooLong(String partitionKey) {
        return partitionKey.length() > MAX_PARTITION_KEY_LENGTH && lengthOf(partitionKey) > MAX_PARTITION_KEY_LENGTH;
    }

    static String tooLong(String partitionKey) {
        return "a partition key has at most " + MAX_PARTITION_KEY_LENGTH + " characters, had " + lengthOf(partitionKey);
    }

    private static int lengthOf(String text) {
        return text.codePointCount(0, text.length());
    }

    /**
     * The user record's partition key.
     *
     * @return the partition key
     */
    public final String partitionKey() {
        return partitionKey;
    }

    /**
     * The hash key that was given with the user record.
     *
     * @return the explicit hash key, or null if there is none
     */
    public final @Nullable HashKey explicitHashKey() {
        return explicitHashKey;
    }

    /**
     * The user record's data.
     *
     * @return the entry's own array, not to be changed
     */
    public final byte[] data() {
        return data;
    }

    /**
     * What was given with the user record besides its data.
     *
     * @return names and values in the order of the aggregate, empty if there are none; not to be changed
     */
    public final Map<String, String> headers() {
        return headers;
    }

    /**
     * The hash key that decides which shard this entry belongs to. It is computed once.
     *
     * @return the explicit hash key if there is one, else that of the partition key
     */
    public HashKey hashKey() {
        HashKey known = hashKey;
        if (known == null) {
            known = HashKey.ofPartitionKey(partitionKey);
            hashKey = known;
        }
        return known;
    }

    @Override
    public final boolean equals(@Nullable Object object) {
        return object instanceof AggregateEntry other
                && partitionKey.equals(other.partitionKey)
                && Objects.equals(explicitHashKey, other.explicitHashKey)
                && headers.equals(other.headers)
                && Arrays.equals(data, other.data);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(partitionKey, explicitHashKey, headers, Arrays.hashCode(data));
    }

    @Override
    public final String toString() {
        return "AggregateEntry[partitionKey=" + partitionKey + ", explicitHashKey=" + explicitHashKey + ", data="
                + data.length + " bytes" + (headers.isEmpty() ? "" : ", " + headers.size() + " headers") + "]";
    }
}
