package io.shardline.consumer;

import org.jspecify.annotations.Nullable;

/**
 * One of the streams that an application reads.
 *
 * <p>Immutable.
 *
 * @param streamName the stream's name
 * @param startingPosition where to start when there is no checkpoint of the stream
 * @param retrieval how the stream is read, or null for {@link ConsumerConfig#retrieval()}
 */
public record StreamConfig(
        String streamName,
        StartingPosition startingPosition,
        @Nullable Retrieval retrieval) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is blank or has a colon, which no stream's name has
     */
    public StreamConfig {
        if (streamName.isBlank() || streamName.contains(":")) {
            throw new IllegalArgumentException("streamName must be not blank, without ':', was '" + streamName + "'");
        }
    }

    /** A stream that is read as {@link ConsumerConfig#retrieval()} says. */
    public StreamConfig(String streamName, StartingPosition startingPosition) {
        this(streamName, startingPosition, null);
    }
}
