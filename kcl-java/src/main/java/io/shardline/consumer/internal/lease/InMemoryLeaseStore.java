package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A lease table in this JVM's memory, with the same conditions as the one in DynamoDB.
 *
 * <p>Every call answers at once and on the calling thread. Thread-safe: each row changes in one atomic step.
 */
public final class InMemoryLeaseStore implements LeaseStore {

    private static final String FLEET = "fleet";

    private final ConcurrentHashMap<String, SessionRow> sessions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Lease> leases = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, StreamRow> streams = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, FleetRow> fleet = new ConcurrentHashMap<>(Map.of(FLEET, FleetRow.EMPTY));

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return create(sessions, row.id(), row);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return update(
                sessions,
                session,
                row -> row.alive() && row.heartbeat() == heartbeat && row.hasAsRead(renewal),
                row -> row.renewed(renewal));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return update(sessions, session, row -> row.alive() && row.heartbeat() == heartbeat, row -> row.dead(null));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return update(sessions, session, SessionRow::alive, row -> row.dead(heir));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return update(
                sessions,
                session,
                row -> row.alive()
                        && (row.asks().containsKey(asker) || row.asks().size() < SessionRow.MAX_HINTS),
                row -> row.asked(asker, count));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return update(sessions, session, SessionRow::alive, row -> row.notified(leaseKey, counter));
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return changeFleet(row -> row.moved(row.planned()));
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        return changeFleet(row -> row.moved(planned));
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        return changeFleet(row -> {
            Set<String> changed = new LinkedHashSet<>(row.suspects());
            if (suspected) {
                changed.add(session);
            } else {
                changed.remove(session);
            }
            return row.suspecting(changed);
        });
    }

    @Override
    public CompletableFuture<FleetRow> claim(String application) {
        return changeFleet(row -> row.claimed(application));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
        return create(streams, row.streamName(), row);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> checked(
            String streamName, Instant created, StreamRow.Check check) {
        return update(streams, streamName, row -> row.created().equals(created), row -> row.checked(check));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed) {
        return update(streams, streamName, row -> true, row -> row.removed(removed));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next) {
        return update(
                streams, streamName, row -> row.retrieval().turn() == next.turn() - 1, row -> row.retrieved(next));
    }

    @Override
    public CompletableFuture<List<StreamRow>> readStreams(Collection<String> streamNames) {
        List<StreamRow> found = new ArrayList<>();
        for (String streamName : streamNames) {
            StreamRow row = streams.get(streamName);
            if (row != null) {
                found.add(row);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return create(leases, lease.key(), lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return update(leases, seen.key(), row -> isAs(row, seen) && !row.isEnded(), row -> row.ownedBy(owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return update(leases, held.key(), row -> isAs(row, held), row -> row.handledTo(position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return update(leases, held.key(), row -> isAs(row, held), row -> row.givenTo(to, position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        return delete(leases, ended.key(), row -> row.counter() == ended.counter() && row.isEnded());
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> deleteSession(String session) {
        return delete(sessions, session, row -> !row.alive());
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> wanted) {
        List<SessionRow> found = new ArrayList<>();
        for (String session : wanted) {
            SessionRow row = sessions.get(session);
            if (row != null) {
                found.add(row);
            }
        }
        return CompletableFuture.completedFuture(new Watch(fleet(), found));
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        return CompletableFuture.completedFuture(Optional.ofNullable(sessions.get(session)));
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        List<Lease> found = new ArrayList<>();
        for (String key : keys) {
            Lease row = leases.get(key);
            if (row != null) {
                found.add(row);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletableFuture<Scan> scan() {
        Map<String, Lease> shards = new TreeMap<>(leases);
        shards.remove(Lease.PLANNER);
        return CompletableFuture.completedFuture(new Scan(
                fleet(),
                new ArrayList<>(new TreeMap<>(sessions).values()),
                new ArrayList<>(shards.values()),
                ImmutableList.copyOf(new TreeMap<>(streams).values())));
    }

    private FleetRow fleet() {
        return fleet.getOrDefault(FLEET, FleetRow.EMPTY);
    }

    private CompletableFuture<FleetRow> changeFleet(UnaryOperator<FleetRow> change) {
        return CompletableFuture.completedFuture(
                fleet.merge(FLEET, FleetRow.EMPTY, (row, unused) -> change.apply(row)));
    }

    private static boolean isAs(Lease row, Lease seen) {
        return row.counter() == seen.counter() && Objects.equals(row.owner(), seen.owner());
    }

    private static <T> CompletableFuture<WriteResult<T>> create(ConcurrentHashMap<String, T> rows, String key, T row) {
        T before = rows.putIfAbsent(key, row);
        return CompletableFuture.completedFuture(before == null ? new Written<>(row) : new Refused<>(before));
    }

    private static <T> CompletableFuture<WriteResult<T>> delete(
            ConcurrentHashMap<String, T> rows, String key, Predicate<T> condition) {
        AtomicReference<@Nullable WriteResult<T>> result = new AtomicReference<>(new Refused<>(null));
        rows.computeIfPresent(key, (k, row) -> {
            boolean holds = condition.test(row);
            result.set(holds ? new Written<>(row) : new Refused<>(row));
            return holds ? null : row;
        });
        return CompletableFuture.completedFuture(Objects.requireNonNull(result.get()));
    }

    private static <T> CompletableFuture<WriteResult<T>> update(
            ConcurrentHashMap<String, T> rows, String key, Predicate<T> condition, UnaryOperator<T> change) {
        AtomicReference<@Nullable WriteResult<T>> result = new AtomicReference<>(new Refused<>(null));
        rows.computeIfPresent(key, (k, row) -> {
            if (!condition.test(row)) {
                result.set(new Refused<>(row));
                return row;
            }
            T changed = change.apply(row);
            result.set(new Written<>(changed));
            return changed;
        });
        return CompletableFuture.completedFuture(Objects.requireNonNull(result.get()));
    }
}
