package io.shardline.consumer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with a worker and its shards: a picture that the consumer takes of itself every second.
 *
 * <p>Immutable.
 *
 * @param state where the consumer is in its life
 * @param session the session under which it holds leases, or null while it has none
 * @param waitsFor what it waits for before it is ready, in words for people, or null; see {@link ShardlineConsumer#ready}
 * @param problems what somebody should look at, each in a sentence for people, such as calls that the lease table refuses
 * @param shards the shards whose leases it holds, sorted by id; what others hold is not among them
 * @param loopDelay how late the consumer's one loop was at most within the last minute; more than a fraction of the lease
 *     duration means a machine that is starved or collects garbage
 * @param prefetchBytes bytes that are read or being read and not yet handled, of {@link ConsumerConfig#prefetchBudget()}
 * @param sinceTableAnswer time since the lease table last answered, or null if it has not
 * @param tableCalls calls to the lease table so far
 * @param age how old the picture is; more than a second or two means that the loop hangs, or that the consumer has ended
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

    /** Whether it runs and waits for nothing before it is ready; as at the completion of {@link ShardlineConsumer#ready}. */
    public boolean isReady() {
        return state == ConsumerState.RUNNING && waitsFor == null;
    }

    /**
     * Whether nobody needs to look: it has not ended, has a session if it is running, there are no {@link #problems}, no shard is
     * stalled or stopped, and the picture is less than 10 s old.
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

    /** One of the shards, if it is held. */
    public Optional<ShardHealth> shard(String shardId) {
        return shards.stream().filter(shard -> shard.shardId().equals(shardId)).findFirst();
    }
}
