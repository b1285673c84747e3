package io.shardline.consumer;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one worker knows of the whole application: who holds which shard, and how many shards each worker holds.
 *
 * <p>Of its own shards it knows everything, see {@link ConsumerHealth}. Of the others it knows what it has come by: it reads the
 * whole lease table when a worker comes or goes and every five minutes, and the rows of some other workers with every heartbeat.
 * In a fleet in which one worker plans for all, above a hundred workers, only that one reads the table: the others know of some
 * neighbours, and of those leases that went through their own hands. So each entry says how old it is. Immutable.
 *
 * @param shards all shards that the worker knows a lease of, sorted by id, its own among them; those of streams that the
 *     application reads no more are left out
 * @param workers all workers that live as far as it knows, itself among them if it has a session, sorted by session
 */
public record FleetHealth(List<Shard> shards, List<Worker> workers) {

    /**
     * The lease of one shard, as the worker saw it last.
     *
     * <p>Immutable.
     *
     * @param shardId its id; in an application of several streams the key of its lease, which has the stream too
     * @param owner the session that held the lease, or null if nobody did; it may be the one of a worker that is dead by now
     * @param checkpoint up to where it was handled, or null if that was the beginning or if it is finished
     * @param finished whether it was handled to its end; then it stays so
     * @param age time since the worker saw this; for its own shards the age of the picture, see {@link ConsumerHealth#age()}
     */
    public record Shard(
            String shardId,
            @Nullable String owner,
            @Nullable Position checkpoint,
            boolean finished,
            Duration age) {}

    /**
     * One worker, as another one saw it last.
     *
     * <p>Immutable.
     *
     * @param session the session under which it lives
     * @param workerId its {@link ConsumerConfig#workerId()}
     * @param leases how many leases it held, by its own word at its last heartbeat before that
     * @param age time since its row was read; for the worker itself the age of the picture
     */
    public record Worker(String session, String workerId, int leases, Duration age) {}
}
