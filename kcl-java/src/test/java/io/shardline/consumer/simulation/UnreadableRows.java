package io.shardline.consumer.simulation;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.WriteResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A table some of whose leases cannot be read until they are mended; no condition on such a row holds.
 *
 * <p>Confined to one thread.
 */
public final class UnreadableRows extends ForwardingLeaseStore {

    public static final String WHY = "attribute 'leaseCounter' must be a whole number of 64 bits, was absent";

    private final Set<String> broken;

    public UnreadableRows(LeaseStore table, String... keys) {
        this(table, new TreeSet<>(List.of(keys)));
    }

    /** @param broken the keys of those that cannot be read, as they are at any time */
    UnreadableRows(LeaseStore table, Set<String> broken) {
        super(table);
        this.broken = broken;
    }

    /** All can be read from now on. */
    public void mend() {
        broken.clear();
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return super.scan().thenApply(this::withoutBroken);
    }

    private Scan withoutBroken(Scan scan) {
        Map<String, String> unreadable = new TreeMap<>();
        List<Lease> readable = new ArrayList<>();
        for (Lease lease : scan.leases()) {
            if (broken.contains(lease.key())) {
                unreadable.put(lease.key(), WHY);
            } else {
                readable.add(lease);
            }
        }
        return new Scan(scan.fleet(), scan.sessions(), readable, scan.streams(), ImmutableMap.copyOf(unreadable));
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return keys.stream().anyMatch(broken::contains)
                ? CompletableFuture.failedFuture(new IllegalStateException(WHY)) // as DynamoDbLeaseStore does
                : super.readLeases(keys);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return unlessBroken(lease, () -> super.createLease(lease));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return unlessBroken(seen, () -> super.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return unlessBroken(held, () -> super.checkpoint(held, position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return unlessBroken(held, () -> super.give(held, position, to));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        return unlessBroken(ended, () -> super.deleteLease(ended));
    }

    private CompletableFuture<WriteResult<Lease>> unlessBroken(
            Lease row, Supplier<CompletableFuture<WriteResult<Lease>>> write) {
        return broken.contains(row.key())
                ? CompletableFuture.completedFuture(new WriteResult.Refused<>(null))
                : write.get();
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return super.readReadable(
                keys.stream().filter(key -> !broken.contains(key)).toList());
    }
}
