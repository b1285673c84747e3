package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.runtime.internal.Logs;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Finds out where a shard begins whose lease does not tell, because another library wrote it: at its beginning if it comes after
 * a shard that is read, otherwise where the application's configuration says.
 *
 * <p>Confined to the consumer loop.
 */
final class ShardStart {

    private static final Logger log = Logs.of(ShardStart.class);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SessionKeeper.Setting setting;
    private final SharedCall<List<Shard>> allShards;
    private final Supplier<@Nullable StreamRow> stream;

    /**
     * @param allShards lists all shards that the stream still has
     * @param stream where reading begins; null while that is being found out
     */
    ShardStart(SessionKeeper.Setting setting, SharedCall<List<Shard>> allShards, Supplier<@Nullable StreamRow> stream) {
        this.setting = setting;
        this.allShards = allShards;
        this.stream = stream;
    }

    /** Calls back with a row that tells where the shard begins and after which parents, if need be after a while. */
    void settle(Lease row, Consumer<Lease> settled) {
        StreamRow known = stream.get();
        if (known == null) {
            setting.loop().schedule(RETRY_NANOS, () -> settle(row, settled));
            return;
        }
        allShards
                .ask()
                .thenAccept(shards -> readAncestors(row, shards, known, settled))
                .exceptionally(failure -> {
                    again(row, settled, failure);
                    return null;
                });
    }

    private void readAncestors(Lease row, List<Shard> shards, StreamRow from, Consumer<Lease> settled) {
        String prefix = LeaseKey.parse(row.key()).stream();
        Map<String, ListedShard> listed = new LinkedHashMap<>();
        for (Shard shard : shards) {
            ListedShard named = ListedShard.of(prefix, shard);
            listed.put(named.id(), named);
        }
        ListedShard own = listed.get(row.key());
        ImmutableSet<String> parents = row.parents().isEmpty() && own != null ? own.parents() : row.parents();
        setting.calls()
                .read(
                        () -> setting.store().readLeases(withAncestors(parents, listed)),
                        found -> settled.accept(settled(row.withParents(parents), found, from)),
                        failure -> again(row, settled, failure));
    }

    private static Set<String> withAncestors(Set<String> parents, Map<String, ListedShard> listed) {
        Set<String> ancestors = new LinkedHashSet<>(parents);
        ArrayDeque<String> open = new ArrayDeque<>(parents);
        while (!open.isEmpty()) {
            ListedShard shard = listed.get(open.poll());
            if (shard != null) {
                shard.parents().stream().filter(ancestors::add).forEach(open::add);
            }
        }
        return ancestors;
    }

    private static Lease settled(Lease row, Collection<Lease> ancestors, StreamRow from) {
        StartingPosition.Kind shown =
                row.checkpoint() instanceof Checkpoint.Unsettled unsettled ? unsettled.from() : null;
        // Also after an ancestor that has ended: it may have done so since this row was taken over, and nothing was
        // read here.
        boolean follows = !ancestors.isEmpty();
        Checkpoint start = follows ? Checkpoint.trimHorizon() : new Checkpoint.AtStart(from.from(), from.startAt());
        log.warn(
                "stream={} shard={} has a lease of another library's that was never begun, at {} without a time; it is"
                        + " read from {}",
                from.streamName(),
                row.key(),
                shown == null ? "no checkpoint" : shown,
                follows
                        ? "its beginning, as it comes after a shard with a lease"
                        : from.from() + (from.startAt() == null ? "" : " " + from.startAt())
                                + ", the configured position");
        return row.handledTo(start);
    }

    private void again(Lease row, Consumer<Lease> settled, Throwable failure) {
        log.warn("finding out where shard={} begins failed and is repeated", row.key(), failure);
        setting.loop().schedule(RETRY_NANOS, () -> settle(row, settled));
    }
}
