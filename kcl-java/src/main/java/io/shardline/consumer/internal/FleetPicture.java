package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerHealth;
import io.shardline.consumer.FleetHealth;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.KnownFleet;
import io.shardline.consumer.internal.lease.KnownFleet.KnownLease;
import io.shardline.consumer.internal.lease.KnownFleet.KnownSession;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what a worker has seen of the others, and of its own health, what it tells of the whole application.
 *
 * <p>Done by whoever asks, as it takes time for each lease there is. Immutable.
 *
 * @param workerId the worker's name
 * @param own its health, with its age
 * @param known what it had seen of the others then
 * @param now the time by the loop's clock
 */
record FleetPicture(String workerId, ConsumerHealth own, KnownFleet known, long now) {

    FleetHealth show() {
        return new FleetHealth(shards(), workers());
    }

    private List<FleetHealth.Shard> shards() {
        Map<String, FleetHealth.Shard> shards = new TreeMap<>();
        for (KnownLease lease : known.leases()) {
            shards.put(
                    lease.row().key(),
                    new FleetHealth.Shard(
                            lease.row().key(),
                            lease.row().owner(),
                            positionOf(lease.row().checkpoint()),
                            lease.row().isEnded(),
                            since(lease.at())));
        }
        own.shards()
                .forEach(shard -> shards.put(
                        shard.shardId(),
                        new FleetHealth.Shard(shard.shardId(), shard.owner(), shard.checkpoint(), false, own.age())));
        return List.copyOf(shards.values());
    }

    private List<FleetHealth.Worker> workers() {
        Map<String, FleetHealth.Worker> workers = new TreeMap<>();
        for (KnownSession session : known.sessions()) {
            workers.put(
                    session.row().id(),
                    new FleetHealth.Worker(
                            session.row().id(),
                            session.row().worker().id(),
                            session.row().leases(),
                            since(session.at())));
        }
        String me = own.session();
        if (me != null) {
            workers.put(me, new FleetHealth.Worker(me, workerId, own.shards().size(), own.age()));
        }
        return List.copyOf(workers.values());
    }

    private static @Nullable Position positionOf(Checkpoint checkpoint) {
        return checkpoint instanceof Checkpoint.At at ? at.position() : null;
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(now - nanos);
    }
}
