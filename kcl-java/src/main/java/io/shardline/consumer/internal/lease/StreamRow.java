package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.StartingPosition;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What an application must remember of a stream: which one it was, and where the reading began.
 *
 * <p>Written once, by whoever comes first, but for the last. Immutable.
 *
 * @param streamName its name
 * @param created when the service created it; another time means another stream of the same name
 * @param from the starting position that the first worker was configured with
 * @param startAt for all but TRIM_HORIZON the time to start from
 * @param removed whether the application reads it no more, until somebody adds it again
 */
public record StreamRow(
        String streamName,
        Instant created,
        StartingPosition.Kind from,
        @Nullable Instant startAt,
        boolean removed) {

    /** The names of those that are read no more. */
    public static ImmutableSet<String> removed(Collection<StreamRow> streams) {
        return streams.stream()
                .filter(StreamRow::removed)
                .map(StreamRow::streamName)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** The same, read or not read. */
    public StreamRow removed(boolean isRemoved) {
        return new StreamRow(streamName, created, from, startAt, isRemoved);
    }
}
