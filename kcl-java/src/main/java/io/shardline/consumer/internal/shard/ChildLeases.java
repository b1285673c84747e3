package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.runtime.internal.Logs;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Creates the leases of the children of shards that are at their end.
 *
 * <p>Confined to the consumer loop.
 */
final class ChildLeases {

    private static final Logger log = Logs.of(ChildLeases.class);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SessionKeeper.Setting setting;
    private final SharedCall<List<Shard>> allShards;
    private final Runnable sync;

    /**
     * @param allShards lists all shards that the stream still has
     * @param sync lists the shards and creates what is missing
     */
    ChildLeases(SessionKeeper.Setting setting, SharedCall<List<Shard>> allShards, Runnable sync) {
        this.setting = setting;
        this.allShards = allShards;
        this.sync = sync;
    }

    /**
     * Creates the leases of a shard's children; they start at their beginning.
     *
     * <p>A merged child is left to its other parent while that has no lease. The other parent's own parents are being read
     * then, and a child that existed before it would not wait for it: whoever comes last creates the child.
     */
    void create(Lease parent, List<ChildShard> children, Runnable created) {
        String prefix = LeaseKey.parse(parent.key()).stream();
        if (!children.isEmpty()) {
            List<ListedShard> named = children.stream()
                    .map(child -> ListedShard.of(prefix, child))
                    .toList();
            createWhereAllParentsAre(parent, named, created);
            return;
        }
        // The answer did not name them: look for shards that name this one.
        allShards
                .ask()
                .thenAccept(shards -> {
                    List<ListedShard> found = shards.stream()
                            .map(shard -> ListedShard.of(prefix, shard))
                            .filter(shard -> shard.parents().contains(parent.key()))
                            .toList();
                    createWhereAllParentsAre(parent, found, created);
                    setting.loop().schedule(RETRY_NANOS, sync); // others may be gone, and theirs have no leases
                })
                .exceptionally(failure -> {
                    createLater(parent, children, created, failure);
                    return null;
                });
    }

    private void createWhereAllParentsAre(Lease parent, List<ListedShard> children, Runnable created) {
        Set<String> parents = new LinkedHashSet<>();
        children.forEach(child -> parents.addAll(child.parents()));
        setting.calls()
                .read(
                        () -> setting.store().readLeases(parents),
                        found -> {
                            Set<String> leased = new LinkedHashSet<>();
                            found.forEach(lease -> leased.add(lease.key()));
                            List<Lease> missing = children.stream()
                                    .filter(child -> leased.containsAll(child.parents()))
                                    .map(child -> ShardSyncPlanner.leaseFor(child, Checkpoint.trimHorizon()))
                                    .toList();
                            new LeaseCreation(setting, missing, created::run).start();
                        },
                        failure -> createLater(parent, List.of(), created, failure)); // lists them again
    }

    private void createLater(Lease parent, List<ChildShard> children, Runnable created, Throwable failure) {
        log.warn("creating the leases of the children of shard={} failed and is repeated", parent.key(), failure);
        setting.loop().schedule(RETRY_NANOS, () -> create(parent, children, created));
    }
}
