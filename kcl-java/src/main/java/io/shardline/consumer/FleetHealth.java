package io.shardline.consumer;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One worker's view of the whole application: which worker holds which shard, and how many shards each worker holds.
 *
 * <p>The worker's own shards are complete and current, see {@link ConsumerHealth}. About the others it knows what it has read: the
 * whole lease table when a worker comes or goes and every five minutes, and the rows of some other workers with every heartbeat.
 * In a fleet of more than a hundred workers only the worker that plans for all reads the whole table; the others know some
 * neighbours, and the leases that they have held. So each entry says how old it is. Immutable.
 *
 * @param shards all shards whose lease the worker knows, its own included, sorted by id; shards of streams that were removed from the
 *     application are left out
 * @param workers all workers that are alive as far as the worker knows, itself included while it has a session, sorted by session
 */
public record FleetHealth(List<Shard> shards, List<Worker> workers) {

    /**
     * The lease of one shard, as the worker saw it last.
     *
     * <p>Immutable.
     *
     * @param shardId the shard's id; in an application of several streams the key of its lease, which names the stream
     * @param owner the session that held the lease, or null if there was none; its worker may be dead by now
     * @param checkpoint up to where the shard was handled, or null if nothing was, or if it is finished
     * @param finished whether the shard was handled to its end; this is final
     * @param age time since the worker read this; for its own shards the age of the snapshot, see {@link ConsumerHealth#age()}
     */
    public record Shard(
            String shardId,
            @Nullable String owner,
            @Nullable Position checkpoint,
            boolean finished,
            Duration age) {}

    /**
     * One worker, as its row was last read.
     *
     * <p>Immutable.
     *
     * @param session the worker's session
     * @param workerId its {@link ConsumerConfig#workerId()}
     * @param leases how many leases it held, as its heartbeat said
     * @param age time since its row was read; for the worker itself the age of the snapshot
     */
    public record Worker(String session, String workerId, int leases, Duration age) {}
}
