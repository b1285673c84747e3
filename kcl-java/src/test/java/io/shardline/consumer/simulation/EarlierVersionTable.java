package io.shardline.consumer.simulation;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.WriteResult;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lease table as workers of the version before the last changes of its rows read and write it, for fleets that are deployed one by
 * one. What that version does not know:
 *
 * <ul>
 *   <li>{@code slTipReadAt} of a lease row: not read, never written, left behind by a checkpoint and by a hand-over.
 *   <li>{@code streamName} of the fleet row: not read, never written, so it joins any table.
 *   <li>{@code checkpoint} LATEST or AT_TIMESTAMP without {@code slStartAt}: read as TRIM_HORIZON.
 *   <li>{@code checkpoint} NULL: the row cannot be read; a scan leaves it out, and reading it by its key fails.
 *   <li>the values of {@code asks} and {@code inbox}: removed by key, whatever their value; notices have no number.
 *   <li>{@code slStartForChildren} of a lease row: not read, never written, left behind by a checkpoint; so its children begin at
 *       TRIM_HORIZON, and so does a row with {@code slChildStartAt}. Here it is gone with the first position that is handled, as nobody reads it there.
 *   <li>{@code parentShardIds}: a row of this table has parents or none, wherever they are written.
 * </ul>
 *
 * <p>It is read and written in one step, so it belongs below what delays calls. Confined to the simulation.
 */
final class EarlierVersionTable extends ForwardingLeaseStore {

    EarlierVersionTable(LeaseStore table) {
        super(table);
    }

    // ------------------------------------------------------------------------------------------------- sessions

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        Optional<SessionRow> now = readSession(session).join();
        return super.renew(
                session, heartbeat, now.map(row -> asItIs(renewal, row)).orElse(renewal));
    }

    /** Removes the same keys. */
    private static Renewal asItIs(Renewal renewal, SessionRow row) {
        return new Renewal(
                renewal.leases(),
                renewal.leaving(),
                asItIs(renewal.asksRead(), row.asks()),
                asItIs(renewal.inboxRead(), row.inbox()));
    }

    private static <V> ImmutableMap<String, V> asItIs(Map<String, V> read, Map<String, V> now) {
        Map<String, V> removed = new LinkedHashMap<>(now);
        removed.keySet().retainAll(read.keySet());
        return ImmutableMap.copyOf(removed);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return super.notify(session, leaseKey, 0);
    }

    // ------------------------------------------------------------------------------------------------ the fleet

    @Override
    public CompletableFuture<FleetRow> claim(String streamName) {
        return super.watch(Set.of()).thenApply(watch -> named(watch.fleet(), streamName));
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return super.moveRevision().thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        return super.suspect(session, suspected).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        return super.setPlanned(planned).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        return super.watch(sessions).thenApply(watch -> new Watch(read(watch.fleet()), watch.sessions()));
    }

    private static FleetRow read(FleetRow row) {
        return named(row, null);
    }

    private static FleetRow named(FleetRow row, @Nullable String streamName) {
        return new FleetRow(row.revision(), row.suspects(), row.planned(), streamName);
    }

    // --------------------------------------------------------------------------------------------------- leases

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return super.createLease(lease).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return super.take(seen, owner).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return super.checkpoint(held, written(held.key(), position)).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return super.give(held, written(held.key(), position), to).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        return super.deleteLease(ended).thenApply(EarlierVersionTable::read);
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return super.readLeases(keys)
                .thenApply(
                        rows -> rows.stream().map(EarlierVersionTable::required).toList());
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return readLeases(keys);
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return super.scan()
                .thenApply(scan -> new Scan(
                        read(scan.fleet()),
                        scan.sessions(),
                        scan.leases().stream()
                                .map(EarlierVersionTable::readable)
                                .filter(Objects::nonNull)
                                .toList(),
                        scan.streams()));
    }

    /** What a row's checkpoint is after this version has written this one. */
    private Checkpoint written(String key, Checkpoint position) {
        Optional<Checkpoint> before = super.readLeases(List.of(key)).join().stream()
                .map(Lease::checkpoint)
                .findFirst();
        if (position instanceof Checkpoint.At at) {
            return new Checkpoint.At(
                    at.position(), before.map(EarlierVersionTable::tipReadAt).orElse(null));
        }
        if (position instanceof Checkpoint.Unsettled
                || before.filter(Checkpoint::isStartForChildren).isEmpty()) {
            return position;
        }
        if (position instanceof Checkpoint.AtStart start) {
            return start.startAt() == null ? before.get() : new Checkpoint.AtStart(start.from(), start.startAt(), true);
        }
        return new Checkpoint.ShardEnd(true);
    }

    private static @Nullable Instant tipReadAt(Checkpoint checkpoint) {
        return checkpoint instanceof Checkpoint.At at ? at.tipReadAt() : null;
    }

    private static WriteResult<Lease> read(WriteResult<Lease> result) {
        Function<@Nullable Lease, @Nullable Lease> before = row -> row == null ? null : readable(row);
        if (result instanceof WriteResult.Written<Lease> written) {
            return new WriteResult.Written<>(required(written.row()));
        }
        return result instanceof WriteResult.Refused<Lease> refused
                ? new WriteResult.Refused<>(before.apply(refused.row()))
                : result;
    }

    private static Lease required(Lease row) {
        Lease read = readable(row);
        if (read == null) {
            throw new IllegalStateException("row '" + row.key() + "' cannot be read");
        }
        return read;
    }

    /** The row as it is read, or null if it cannot be. */
    private static @Nullable Lease readable(Lease row) {
        Checkpoint shown = row.checkpoint();
        if (shown instanceof Checkpoint.Unsettled unsettled) {
            return unsettled.from() == null ? null : withCheckpoint(row, Checkpoint.trimHorizon());
        }
        if (shown instanceof Checkpoint.AtStart start) {
            boolean isOldest = start.from() == StartingPosition.Kind.TRIM_HORIZON;
            return withCheckpoint(row, new Checkpoint.AtStart(start.from(), isOldest ? null : start.startAt()));
        }
        return shown instanceof Checkpoint.At at ? withCheckpoint(row, new Checkpoint.At(at.position())) : row;
    }

    private static Lease withCheckpoint(Lease row, Checkpoint shown) {
        return new Lease(
                row.key(),
                row.owner(),
                row.counter(),
                shown,
                row.parents(),
                row.range(),
                row.ownerSwitches(),
                row.pending());
    }
}
