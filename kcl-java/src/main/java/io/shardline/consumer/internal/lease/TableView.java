package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.KnownFleet.KnownLease;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.runtime.internal.EventLoop;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lease table as it was last read, with what writes have shown since.
 *
 * <p>Confined to the consumer loop.
 */
final class TableView {

    private final EventLoop loop;
    private final Map<String, KnownLease> leases = new TreeMap<>();
    private ImmutableSet<String> removedStreams = ImmutableSet.of();
    private List<SessionRow> sessions = List.of();
    private @Nullable ImmutableList<KnownLease> known;

    TableView(EventLoop loop) {
        this.loop = loop;
    }

    void takeIn(Scan scan) {
        sessions = scan.sessions();
        removedStreams = scan.removed();
        leases.clear();
        known = null; // also if there is no lease
        scan.leases().forEach(this::saw);
    }

    /** A row as a write has shown it. */
    void saw(Lease row) {
        leases.put(row.key(), new KnownLease(row, loop.nanoTime()));
        known = null;
    }

    /** The leases of streams that the application has not removed, each with when it was seen. */
    ImmutableList<KnownLease> known() {
        ImmutableList<KnownLease> before = known;
        if (before == null) {
            before = leases.values().stream()
                    .filter(lease -> isRead(lease.row()))
                    .collect(ImmutableList.toImmutableList());
            known = before;
        }
        return before;
    }

    /** All sessions, living and dead. */
    List<SessionRow> sessions() {
        return sessions;
    }

    /** The leases of streams that the application has not removed. */
    Stream<Lease> read() {
        return all().filter(this::isRead);
    }

    /** The leases of streams that it has removed. */
    Stream<Lease> unread() {
        return all().filter(lease -> !isRead(lease));
    }

    private Stream<Lease> all() {
        return leases.values().stream().map(KnownLease::row);
    }

    boolean isRead(Lease lease) {
        String stream = LeaseKey.parse(lease.key()).streamName();
        return stream == null || !removedStreams.contains(stream);
    }

    /** Leases that are read and are not at their shard's end. */
    int activeLeases() {
        return (int) read().filter(lease -> !lease.isEnded()).count();
    }

    /** Who owns leases that are not at their shard's end. */
    Set<String> owners() {
        return ownersOf(all());
    }

    /** Who owns leases of streams that the application has removed, and does not know that yet. */
    Set<String> ownersOfUnread() {
        return ownersOf(unread());
    }

    private static Set<String> ownersOf(Stream<Lease> some) {
        Set<String> owners = new LinkedHashSet<>();
        some.filter(lease -> !lease.isEnded() && lease.owner() != null).forEach(lease -> owners.add(lease.owner()));
        return owners;
    }

    /** How many leases a session holds at most, for those that have such a limit. */
    Map<String, Integer> mostLeases() {
        Map<String, Integer> most = new TreeMap<>();
        for (SessionRow row : sessions) {
            if (row.worker().mostLeases() < Integer.MAX_VALUE) {
                most.put(row.id(), row.worker().mostLeases());
            }
        }
        return most;
    }

    /** Who of some sessions goes on with which of some leases, as far as their limits let them; empty if there are none. */
    ImmutableListMultimap<String, String> heirs(Collection<String> of, Collection<String> keys) {
        Map<String, Integer> counts = new TreeMap<>();
        of.forEach(session -> counts.put(session, 0));
        all().filter(lease -> !lease.isEnded())
                .forEach(lease -> counts.computeIfPresent(String.valueOf(lease.owner()), (owner, count) -> count + 1));
        return LeasePlanner.heirs(counts, mostLeases(), keys);
    }
}
