package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableList;
import java.util.Collection;

/**
 * The shards of a stream, as the service listed them.
 *
 * <p>Immutable.
 *
 * @param fromStart those that are open at the starting position of the application or later
 * @param all the same and, if it is complete, all others that the stream still has
 * @param isComplete whether all shards of the stream were listed
 */
public record StreamListing(ImmutableList<ListedShard> fromStart, ImmutableList<ListedShard> all, boolean isComplete) {

    /** The listing for an application that begins with the oldest shard. */
    public static StreamListing complete(Collection<ListedShard> shards) {
        ImmutableList<ListedShard> all = ImmutableList.copyOf(shards);
        return new StreamListing(all, all, true);
    }

    /** The listing from a time on. */
    public static StreamListing fromTime(Collection<ListedShard> shards) {
        ImmutableList<ListedShard> some = ImmutableList.copyOf(shards);
        return new StreamListing(some, some, false);
    }

    /** The same with all shards that the stream still has. */
    public StreamListing completedBy(Collection<ListedShard> everything) {
        return new StreamListing(fromStart, ImmutableList.copyOf(everything), true);
    }
}
