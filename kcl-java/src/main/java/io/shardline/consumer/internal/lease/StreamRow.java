package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.StartingPosition;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What an application must remember of a stream: which one it was, and where the reading began.
 *
 * <p>Written once, by whoever comes first, but for the last two. Immutable.
 *
 * @param streamName its name
 * @param created when the service created it; another time means another stream of the same name
 * @param from the starting position that the first worker was configured with
 * @param startAt for all but TRIM_HORIZON the time to start from
 * @param removed whether the application reads it no more, until somebody adds it again
 * @param retrieval how it is read by the workers that do so automatically
 */
public record StreamRow(
        String streamName,
        Instant created,
        StartingPosition.Kind from,
        @Nullable Instant startAt,
        boolean removed,
        RetrievalChoice retrieval) {

    /** A stream of which nobody has chosen how it is read. */
    public StreamRow(
            String streamName,
            Instant created,
            StartingPosition.Kind from,
            @Nullable Instant startAt,
            boolean removed) {
        this(streamName, created, from, startAt, removed, RetrievalChoice.FIRST);
    }

    /** The names of those that are read no more. */
    public static ImmutableSet<String> removed(Collection<StreamRow> streams) {
        return streams.stream()
                .filter(StreamRow::removed)
                .map(StreamRow::streamName)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** The same, read or not read. */
    public StreamRow removed(boolean isRemoved) {
        return new StreamRow(streamName, created, from, startAt, isRemoved, retrieval);
    }

    /** The same, read in another way. */
    public StreamRow retrieved(RetrievalChoice choice) {
        return new StreamRow(streamName, created, from, startAt, removed, choice);
    }
}
