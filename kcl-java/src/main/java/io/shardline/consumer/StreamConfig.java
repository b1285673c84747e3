package io.shardline.consumer;

/**
 * One of the streams that an application reads.
 *
 * <p>Immutable.
 *
 * @param streamName its name
 * @param startingPosition where to start when there is no checkpoint of it
 */
public record StreamConfig(String streamName, StartingPosition startingPosition) {

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
}
