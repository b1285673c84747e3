package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.StartingPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What an application must remember of a stream: which one it was, and where the reading began.
 *
 * <p>Written once, by the first worker, but for the last two. Immutable.
 *
 * @param streamName its name
 * @param created when the service created it; another time means another stream of the same name
 * @param from the starting position that the first worker was configured with
 * @param startAt for all but TRIM_HORIZON the time to start from
 * @param removed whether the application reads it no more, until somebody adds it again
 * @param retrieval how it is read by the workers that do so automatically
 * @param check what the service last said of it, or null where only one stream is read or an earlier version wrote the row
 */
public record StreamRow(
        String streamName,
        Instant created,
        StartingPosition.Kind from,
        @Nullable Instant startAt,
        boolean removed,
        RetrievalChoice retrieval,
        @Nullable Check check) {

    /**
     * That a worker has asked the service and found this stream. Others that see the number move need not ask.
     *
     * @param account the stream's
     * @param retention how long it keeps records, to an hour
     * @param number one more with each check
     */
    public record Check(String account, Duration retention, long number) {

        /** The first one. */
        public static Check first(String account, Duration retention) {
            return new Check(account, retention, 1);
        }
    }

    /** A stream without a check and without a choice of how it is read. */
    public StreamRow(
            String streamName,
            Instant created,
            StartingPosition.Kind from,
            @Nullable Instant startAt,
            boolean removed) {
        this(streamName, created, from, startAt, removed, RetrievalChoice.FIRST, null);
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
        return new StreamRow(streamName, created, from, startAt, isRemoved, retrieval, check);
    }

    /** The same, read in another way. */
    public StreamRow retrieved(RetrievalChoice choice) {
        return new StreamRow(streamName, created, from, startAt, removed, choice, check);
    }

    /** The same after one check more, whatever its own number. */
    public StreamRow checked(Check next) {
        long number = check == null ? 1 : check.number() + 1;
        Check counted = new Check(next.account(), next.retention(), number);
        return new StreamRow(streamName, created, from, startAt, removed, retrieval, counted);
    }
}
