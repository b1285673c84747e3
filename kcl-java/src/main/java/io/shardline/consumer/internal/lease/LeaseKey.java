package io.shardline.consumer.internal.lease;

import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A lease's key, taken apart.
 *
 * <p>An application of one stream has the ids of its shards as keys; one of several has
 * {@code account:stream:creation:shard}, the creation in seconds since 1970. Both are KCL's. Immutable.
 *
 * @param stream all before the shard's id, with the last colon, or empty in an application of one stream
 * @param shardId the shard's id
 */
public record LeaseKey(String stream, String shardId) {

    private static final int PARTS = 4;
    private static final int NAME = 1;
    private static final int CREATED = 2;

    /** Takes a key apart. Whatever has not four parts is the id of a shard. */
    public static LeaseKey parse(String key) {
        boolean ofSeveral = key.split(":", -1).length == PARTS;
        int shard = ofSeveral ? key.lastIndexOf(':') + 1 : 0;
        return new LeaseKey(key.substring(0, shard), key.substring(shard));
    }

    /** What the keys of a stream's shards begin with in an application of several streams. */
    public static String streamOf(String account, String streamName, Instant created) {
        return account + ":" + streamName + ":" + created.getEpochSecond() + ":";
    }

    /** The stream's name, or null if the key does not tell it. */
    public @Nullable String streamName() {
        return stream.isEmpty() ? null : stream.split(":", -1)[NAME];
    }

    /** When the stream was created by its key, to a second; 1970 if the key does not tell a time. */
    public Instant streamCreated() {
        String[] parts = stream.split(":", -1);
        try {
            return parts.length > CREATED ? Instant.ofEpochSecond(Long.parseLong(parts[CREATED])) : Instant.EPOCH;
        } catch (NumberFormatException | DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /** Another shard of the same stream. */
    public LeaseKey sibling(String otherShardId) {
        return new LeaseKey(stream, otherShardId);
    }

    /** The key. */
    @Override
    public String toString() {
        return stream + shardId;
    }
}
