package io.shardline.consumer.simulation;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * A table some of whose leases cannot be read until they are mended.
 *
 * <p>Confined to one thread.
 */
public final class UnreadableRows extends ForwardingLeaseStore {

    public static final String WHY = "attribute 'leaseCounter' must be a whole number of 64 bits, was absent";

    private final Set<String> broken;

    public UnreadableRows(LeaseStore table, String... keys) {
        super(table);
        this.broken = new TreeSet<>(List.of(keys));
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
                ? CompletableFuture.failedFuture(new ConsumerException(WHY, null))
                : super.readLeases(keys);
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return super.readReadable(
                keys.stream().filter(key -> !broken.contains(key)).toList());
    }
}
