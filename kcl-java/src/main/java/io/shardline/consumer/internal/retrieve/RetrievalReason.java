package io.shardline.consumer.internal.retrieve;

import java.util.Locale;

/**
 * Why a stream that is read automatically is read in another way from now on.
 *
 * <p>Immutable.
 */
public enum RetrievalReason {

    /** Shards fall behind though all is read that they give. */
    LAG,

    /** Reads are refused, because all readers of the stream together read too much or too often. */
    THROTTLES,

    /** Records come later than is wanted, or polling cannot be as quick. */
    LATENCY,

    /** Dedicated throughput has stood for as long as it must, and no shard needs it. */
    CALM,

    /** The stream has more open shards than may be read with dedicated throughput. */
    LIMIT,

    /** The application reads the stream no more. */
    REMOVED,

    /** A user has ended the registration. */
    DEREGISTERED;

    /** As rows, events and meters say it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
