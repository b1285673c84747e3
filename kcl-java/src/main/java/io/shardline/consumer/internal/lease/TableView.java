package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The lease table as it was last read, with what writes have shown since.
 *
 * <p>Confined to the consumer loop.
 */
final class TableView {

    private final Map<String, Lease> leases = new TreeMap<>();
    private ImmutableSet<String> removedStreams = ImmutableSet.of();
    private List<SessionRow> sessions = List.of();

    void takeIn(Scan scan) {
        sessions = scan.sessions();
        removedStreams = scan.removed();
        leases.clear();
        scan.leases().forEach(this::saw);
    }

    /** A row as a write has shown it. */
    void saw(Lease row) {
        leases.put(row.key(), row);
    }

    /** All sessions, living and dead. */
    List<SessionRow> sessions() {
        return sessions;
    }

    /** The leases of streams that the application has not removed. */
    Stream<Lease> read() {
        return leases.values().stream().filter(this::isRead);
    }

    /** The leases of streams that it has removed. */
    Stream<Lease> unread() {
        return leases.values().stream().filter(lease -> !isRead(lease));
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
        return ownersOf(leases.values().stream());
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
        leases.values().stream()
                .filter(lease -> !lease.isEnded())
                .forEach(lease -> counts.computeIfPresent(String.valueOf(lease.owner()), (owner, count) -> count + 1));
        return LeasePlanner.heirs(counts, mostLeases(), keys);
    }
}
