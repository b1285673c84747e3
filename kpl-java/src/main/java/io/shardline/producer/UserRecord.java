package io.shardline.producer;

import io.shardline.aggregation.HashKey;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an application puts into a stream: a partition key, data, and perhaps an explicit hash key.
 *
 * <p>Immutable, provided that nobody changes an array given to {@link #of}.
 */
public final class UserRecord {

    /** The most characters of a partition key, by the PutRecords API reference; counted as {@link String#length()} does. */
    public static final int MOST_PARTITION_KEY_LENGTH = 256;

    /** How much of an over-long key a message shows. */
    private static final int SHOWN = 32;

    private final String partitionKey;
    private final int partitionKeyBytes;
    private final byte[] data;
    private final @Nullable HashKey explicitHashKey;

    private UserRecord(String partitionKey, int partitionKeyBytes, byte[] data, @Nullable HashKey explicitHashKey) {
        this.partitionKey = partitionKey;
        this.partitionKeyBytes = partitionKeyBytes;
        this.data = data;
        this.explicitHashKey = explicitHashKey;
    }

    /**
     * A record that takes the array over: the caller must not change it any more.
     *
     * @param partitionKey decides about the shard and about order; 1 to 256 UTF-16 units, no unpaired surrogates
     * @param data any bytes, also none
     * @throws IllegalArgumentException if the partition key is empty, too long or not valid Unicode
     */
    public static UserRecord of(String partitionKey, byte[] data) {
        return new UserRecord(partitionKey, checkedLength(partitionKey), Objects.requireNonNull(data, "data"), null);
    }

    /** As {@link #of}, with a copy of the array. */
    public static UserRecord copyOf(String partitionKey, byte[] data) {
        return of(partitionKey, data.clone());
    }

    /**
     * This record with a hash key that decides about the shard in place of the partition key's own.
     *
     * @param decimal a decimal number from 0 to 2^128-1
     * @throws IllegalArgumentException if it is not
     */
    public UserRecord withExplicitHashKey(String decimal) {
        return withExplicitHashKey(HashKey.parse(decimal));
    }

    /**
     * This record with a hash key that decides about the shard in place of the partition key's own.
     *
     * @param hashKey 0 to 2^128-1
     * @throws IllegalArgumentException if it is out of this range
     */
    public UserRecord withExplicitHashKey(BigInteger hashKey) {
        return withExplicitHashKey(HashKey.of(hashKey));
    }

    private UserRecord withExplicitHashKey(HashKey hashKey) {
        return new UserRecord(partitionKey, partitionKeyBytes, data, hashKey);
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

    /** Data and partition key (in UTF-8) together, in bytes: what the service counts. */
    public int size() {
        return data.length + partitionKeyBytes;
    }

    @Override
    public String toString() {
        return "UserRecord[partitionKey=" + partitionKey + ", explicitHashKey=" + explicitHashKey + ", data="
                + data.length + " bytes]";
    }

    /** The length in UTF-8, once the key is known to be valid. */
    private static int checkedLength(String partitionKey) {
        int length = partitionKey.length();
        if (length < 1 || length > MOST_PARTITION_KEY_LENGTH) {
            String shown = length == 0 ? "none" : length + " ('" + partitionKey.substring(0, SHOWN) + "...')";
            throw new IllegalArgumentException("a partition key has 1 to " + MOST_PARTITION_KEY_LENGTH
                    + " characters (UTF-16 units), got " + shown);
        }
        int bytes = 0;
        int i = 0;
        while (i < length) {
            int codePoint = partitionKey.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "a partition key is valid Unicode, got an unpaired surrogate U+%X at %d",
                        codePoint,
                        i));
            }
            bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            i += Character.charCount(codePoint);
        }
        return bytes;
    }
}
