package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.runtime.internal.Logs;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * The creation of leases for the children of shards that are at their end (rule 14 of the lease protocol).
 *
 * <p>Confined to the consumer loop.
 */
final class ChildLeases {

    private static final Logger log = Logs.of(ChildLeases.class);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * So many listings in a row that have a shard and no child of it are believed: some emulators name no parents. One alone may
     * be older than the reshard.
     */
    private static final int MAX_CHILDLESS_LISTINGS = 6;

    /** The same of listings that do not have the shard either: its records have expired, and it was looked for before. */
    private static final int MAX_LISTINGS_WITHOUT_PARENT = 2;

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
     * Creates the leases of a shard's children; they start at their beginning, or where their parents did if nothing of
     * these was handled: a service that ignores the filter of a listing lists shards that were closed before that.
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
        look(parent, 1, created);
    }

    /** The answer did not name the children: looks for shards that name this one. */
    private void look(Lease parent, int looks, Runnable created) {
        allShards
                .ask()
                .thenAccept(shards -> {
                    List<ListedShard> listed = shards.stream()
                            .map(shard -> ListedShard.of(LeaseKey.parse(parent.key()).stream(), shard))
                            .toList();
                    List<ListedShard> children = listed.stream()
                            .filter(shard -> shard.parents().contains(parent.key()))
                            .toList();
                    boolean hasParent =
                            listed.stream().anyMatch(shard -> shard.id().equals(parent.key()));
                    int enough = hasParent ? MAX_CHILDLESS_LISTINGS : MAX_LISTINGS_WITHOUT_PARENT;
                    if (children.isEmpty() && looks < enough) {
                        setting.loop().schedule(RETRY_NANOS, () -> look(parent, looks + 1, created));
                        return;
                    }
                    createWhereAllParentsAre(parent, children, created);
                    setting.loop().schedule(RETRY_NANOS, sync); // others may be gone, and theirs have no leases
                })
                .exceptionally(failure -> {
                    createLater(parent, List.of(), created, failure);
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
                            Map<String, Lease> leased = new LinkedHashMap<>();
                            found.forEach(lease -> leased.put(lease.key(), lease));
                            List<Lease> missing = children.stream()
                                    .filter(child -> leased.keySet().containsAll(child.parents()))
                                    .map(child -> ShardSyncPlanner.leaseFor(child, startOf(child, parent, leased)))
                                    .toList();
                            new LeaseCreation(setting, missing, created::run).start();
                        },
                        failure -> createLater(parent, List.of(), created, failure)); // lists them again
    }

    private static Checkpoint startOf(ListedShard child, Lease parent, Map<String, Lease> leased) {
        boolean isUnread = child.parents().stream()
                .map(key -> Objects.requireNonNull(leased.get(key)).checkpoint())
                .allMatch(Checkpoint::isStartForChildren);
        return isUnread && parent.checkpoint() instanceof Checkpoint.AtStart start && start.isStartForChildren()
                ? start.ofChild()
                : Checkpoint.trimHorizon();
    }

    private void createLater(Lease parent, List<ChildShard> children, Runnable created, Throwable failure) {
        log.warn("creating the leases of the children of shard={} failed and is repeated", parent.key(), failure);
        setting.loop().schedule(RETRY_NANOS, () -> create(parent, children, created));
    }
}
