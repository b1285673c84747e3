package io.shardline.consumer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The health of a worker and its shards: a snapshot that the consumer takes of itself every second.
 *
 * <p>Immutable.
 *
 * @param state where the consumer is in its life
 * @param session the session that holds its leases, or null while it has none
 * @param waitsFor what it waits for before it is ready, in words for people, or null; see {@link ShardlineConsumer#ready}
 * @param problems what an operator should look at, each in a sentence, such as calls that the lease table refuses
 * @param shards the shards whose leases this worker holds, sorted by id
 * @param loopDelay the longest delay of the consumer's loop thread within the last minute; more than a small part of the lease
 *     duration means that the machine has too little CPU or collects garbage for long
 * @param prefetchBytes bytes that are read or being read and not yet handled, of {@link ConsumerConfig#prefetchBudget()}
 * @param sinceTableAnswer time since the lease table last answered, or null if it has not
 * @param tableCalls calls to the lease table so far
 * @param age how old the snapshot is; more than a second or two means that the loop hangs, or that the consumer has ended
 */
public record ConsumerHealth(
        ConsumerState state,
        @Nullable String session,
        @Nullable String waitsFor,
        List<String> problems,
        List<ShardHealth> shards,
        Duration loopDelay,
        long prefetchBytes,
        @Nullable Duration sinceTableAnswer,
        long tableCalls,
        Duration age) {

    /** A picture that is older is of a consumer that does not run any more, or does not get to run. */
    private static final Duration MOST_AGE = Duration.ofSeconds(10);

    /** Whether the consumer is running and {@linkplain ShardlineConsumer#ready ready}. */
    public boolean isReady() {
        return state == ConsumerState.RUNNING && waitsFor == null;
    }

    /**
     * Whether all is well: the consumer has not ended, has a session if it is running, has no {@link #problems} and no stalled or
     * stopped shard, and the snapshot is less than 10 s old. A consumer that has not started is healthy; while it closes only the
     * age counts.
     */
    public boolean isHealthy() {
        return switch (state) {
            case NEW -> true;
            case RUNNING ->
                session != null
                        && problems.isEmpty()
                        && isYoung()
                        && shards.stream().noneMatch(ShardHealth::isInTrouble);
            case STOPPING -> isYoung();
            case DISCONNECTED, STOPPED, FAILED -> false;
        };
    }

    private boolean isYoung() {
        return age.compareTo(MOST_AGE) < 0;
    }

    /** The health of one shard; empty if this worker does not hold it. */
    public Optional<ShardHealth> shard(String shardId) {
        return shards.stream().filter(shard -> shard.shardId().equals(shardId)).findFirst();
    }
}
