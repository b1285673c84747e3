package io.shardline.producer;

import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.HashKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * What an application puts into a stream: a partition key, data, and perhaps an explicit hash key.
 *
 * <p>Immutable, provided that nobody changes an array given to {@link #of}.
 */
public final class UserRecord {

    /** The most characters of a partition key, by the PutRecords API reference; counted as {@link String#length()} does. */
    public static final int MOST_PARTITION_KEY_LENGTH = 256;

    private static final int MOST_HEADERS = 100;

    /** More than the aggregated record format adds to a record that is alone in it, and to a header. */
    private static final int WRAPPING = 96;

    private static final int HEADER_WRAPPING = 16;

    /** How much of an over-long key a message shows. */
    private static final int SHOWN = 32;

    private final String partitionKey;
    private final byte[] data;
    private final @Nullable HashKey explicitHashKey;
    private final Map<String, String> headers;
    private final int size;

    private UserRecord(
            String partitionKey, byte[] data, @Nullable HashKey explicitHashKey, Map<String, String> headers) {
        this.partitionKey = partitionKey;
        this.data = data;
        this.explicitHashKey = explicitHashKey;
        this.headers = headers;
        this.size = data.length + Utf8.length("a partition key", partitionKey) + wrappingOf(data, headers);
    }

    /**
     * A record that takes the array over: the caller must not change it any more.
     *
     * @param partitionKey decides about the shard and about order; 1 to 256 UTF-16 units, no unpaired surrogates
     * @param data any bytes, also none; an aggregate too is delivered as it is given here, and not taken apart
     * @throws IllegalArgumentException if the partition key is empty, too long or not valid Unicode
     */
    public static UserRecord of(String partitionKey, byte[] data) {
        Objects.requireNonNull(partitionKey, "partitionKey");
        Objects.requireNonNull(data, "data");
        checkLength(partitionKey);
        return new UserRecord(partitionKey, data, null, Map.of());
    }

    /**
     * As {@link #of(String, byte[])}, with a text in UTF-8.
     *
     * @param data any text, also none
     * @throws IllegalArgumentException also if {@code data} is not valid Unicode
     */
    public static UserRecord of(String partitionKey, String data) {
        Utf8.length("data", Objects.requireNonNull(data, "data"));
        return of(partitionKey, data.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #of(String, byte[])}, with the bytes that are shared with {@code data}; nothing is copied. */
    public static UserRecord of(String partitionKey, SdkBytes data) {
        return of(partitionKey, Objects.requireNonNull(data, "data").asByteArrayUnsafe());
    }

    /**
     * As {@link #of(String, byte[])}, with what remains in the buffer, whose position stays. The array is taken over if the
     * buffer has one and uses all of it, else the bytes are copied.
     */
    public static UserRecord of(String partitionKey, ByteBuffer data) {
        Objects.requireNonNull(data, "data");
        if (data.hasArray() && data.arrayOffset() == 0 && data.remaining() == data.array().length) {
            return of(partitionKey, data.array());
        }
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        return of(partitionKey, copy);
    }

    /** As {@link #of(String, byte[])}, with a copy of the array. */
    public static UserRecord copyOf(String partitionKey, byte[] data) {
        return of(partitionKey, Objects.requireNonNull(data, "data").clone());
    }

    /**
     * This record with a hash key that decides about the shard in place of the partition key's own.
     *
     * @param decimal a decimal number from 0 to 2^128-1
     * @throws IllegalArgumentException if it is not
     */
    public UserRecord withExplicitHashKey(String decimal) {
        return withExplicitHashKey(HashKey.parse(Objects.requireNonNull(decimal, "decimal")));
    }

    /**
     * This record with a hash key that decides about the shard in place of the partition key's own.
     *
     * @param hashKey 0 to 2^128-1
     * @throws IllegalArgumentException if it is out of this range
     */
    public UserRecord withExplicitHashKey(BigInteger hashKey) {
        return withExplicitHashKey(HashKey.of(Objects.requireNonNull(hashKey, "hashKey")));
    }

    private UserRecord withExplicitHashKey(HashKey hashKey) {
        return new UserRecord(partitionKey, data, hashKey, headers);
    }

    /**
     * This record with one more header, or with another value for one that it has.
     *
     * <p>Headers travel in the aggregated record format, also where the record is alone; consumers that know nothing of them
     * (KCL among them) deliver the record without.
     *
     * @param name 1 to 256 characters
     * @param value any text
     * @throws IllegalArgumentException if the name is empty or too long, one of them is not valid Unicode, or there are more
     *     than 100 headers
     */
    public UserRecord withHeader(String name, String value) {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.length() > MOST_PARTITION_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "a header's name has 1 to " + MOST_PARTITION_KEY_LENGTH + " characters, got " + name.length());
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, Objects.requireNonNull(value, "value"));
        if (more.size() > MOST_HEADERS) {
            throw new IllegalArgumentException(
                    "a record has at most " + MOST_HEADERS + " headers, '" + name + "' is one more");
        }
        return new UserRecord(partitionKey, data, explicitHashKey, Collections.unmodifiableMap(more));
    }

    /** The partition key. */
    public String partitionKey() {
        return partitionKey;
    }

    /** The data: the record's own array, not to be changed. */
    public byte[] data() {
        return data;
    }

    /** The explicit hash key, if one was given. */
    public Optional<HashKey> explicitHashKey() {
        return Optional.ofNullable(explicitHashKey);
    }

    /** The headers in the order in which they were given; not to be changed. */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * Data and partition key (in UTF-8) together, in bytes: what the service counts. A bound, not exact, for records with
     * headers and for data that begins as an aggregate does.
     */
    public int size() {
        return size;
    }

    @Override
    public String toString() {
        return "UserRecord[partitionKey=" + partitionKey + ", explicitHashKey=" + explicitHashKey + ", data="
                + data.length + " bytes]";
    }

    private static void checkLength(String partitionKey) {
        int length = partitionKey.length();
        if (length < 1 || length > MOST_PARTITION_KEY_LENGTH) {
            String shown = length == 0 ? "none" : length + " ('" + partitionKey.substring(0, SHOWN) + "...')";
            throw new IllegalArgumentException("a partition key has 1 to " + MOST_PARTITION_KEY_LENGTH
                    + " characters (UTF-16 units), got " + shown);
        }
    }

    private static int wrappingOf(byte[] data, Map<String, String> headers) {
        int size = headers.isEmpty() && !AggregateCodec.beginsAsAggregate(data) ? 0 : WRAPPING;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            size += HEADER_WRAPPING
                    + Utf8.length("a header's name", header.getKey())
                    + Utf8.length("a header's value", header.getValue());
        }
        return size;
    }
}
