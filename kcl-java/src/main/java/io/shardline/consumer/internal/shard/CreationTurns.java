package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.hash.Hashing;
import io.shardline.consumer.internal.lease.SessionRow;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * In which order one of several workers creates the leases that a stream's reading begins with: each has a part of its own, all
 * of about the same size.
 *
 * <p>The shards lie on a circle, evenly and in their order, and so do the parts. Where a stream's first shard lies is up to the
 * stream, so that many small streams do not all fall to one worker. One worker more or less moves the parts a little, so
 * workers that have not all seen the same others overlap little. Immutable.
 */
final class CreationTurns {

    /** The circle's length is that of an unsigned int. */
    private static final int CIRCLE_BITS = 32;

    private static final long CIRCLE_MASK = (1L << CIRCLE_BITS) - 1;

    private final ImmutableMap<String, Long> places;
    private final int workers;
    private final int mine;

    private CreationTurns(ImmutableMap<String, Long> places, int workers, int mine) {
        this.places = places;
        this.workers = workers;
        this.mine = mine;
    }

    /**
     * The turns of one session.
     *
     * @param streamName where the first shard lies
     * @param sessions of whom those that live and do not leave take part, besides {@code me}
     */
    static CreationTurns of(String streamName, List<ListedShard> listed, Collection<SessionRow> sessions, String me) {
        List<String> roots = ShardSyncPlanner.roots(listed);
        long first = Hashing.murmur3_32_fixed()
                .hashString(streamName, StandardCharsets.UTF_8)
                .padToLong();
        ImmutableMap.Builder<String, Long> places = ImmutableMap.builder();
        for (int i = 0; i < roots.size(); i++) {
            places.put(roots.get(i), (first + ((long) i << CIRCLE_BITS) / roots.size()) & CIRCLE_MASK);
        }
        TreeSet<String> workers = new TreeSet<>();
        sessions.stream().filter(row -> row.alive() && !row.leaving()).forEach(row -> workers.add(row.id()));
        workers.add(me);
        return new CreationTurns(places.buildOrThrow(), workers.size(), Iterables.indexOf(workers, me::equals));
    }

    /** How many other workers come before this one with a lease: none if it is of its own part, or mends what is there. */
    int of(String leaseKey) {
        Long place = places.get(leaseKey);
        return place == null ? 0 : Math.floorMod(((place * workers) >>> CIRCLE_BITS) - mine, workers);
    }
}
