package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lease table in memory that counts what its use would cost in DynamoDB, and how often a lease changed hands.
 *
 * <p>Confined to the simulation.
 */
final class MeteredTable extends ForwardingLeaseStore {

    /** About what our rows weigh: names and values of their attributes. */
    private static final int LEASE_BYTES = 450;

    private static final int SESSION_BYTES = 250;

    private final InMemoryLeaseStore table;
    private final Meter meter;
    private final Runnable moved;

    /** @param moved called when a lease gets another owner */
    MeteredTable(InMemoryLeaseStore table, Meter meter, Runnable moved) {
        super(table);
        this.table = table;
        this.meter = meter;
        this.moved = moved;
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        meter.writes(1);
        return super.createSession(row);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        meter.writes(1);
        return super.renew(session, heartbeat, renewal);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        meter.writes(1);
        return super.markDead(session, heartbeat, by);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        meter.writes(1);
        return super.retire(session, heir);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        meter.writes(1);
        return super.ask(session, asker, count);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        meter.writes(1);
        return super.notify(session, leaseKey, counter);
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        meter.writes(1);
        return super.moveRevision();
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        meter.writes(1);
        return super.suspect(session, suspected);
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        meter.writes(1);
        return super.setPlanned(planned);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        meter.writes(1);
        return counted(super.take(seen, owner), seen);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        meter.writes(1);
        return counted(super.give(held, position, to), held);
    }

    private CompletableFuture<WriteResult<Lease>> counted(CompletableFuture<WriteResult<Lease>> write, Lease before) {
        if (write.join() instanceof WriteResult.Written<Lease> written
                && !before.key().equals(Lease.PLANNER)
                && !Objects.equals(written.row().owner(), before.owner())) {
            moved.run();
        }
        return write;
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        meter.reads(1 + sessions.size(), 0.5);
        return super.watch(sessions);
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        meter.reads(1, 1);
        return super.readSession(session);
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        meter.reads(keys.size(), 1);
        return super.readLeases(keys);
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return readLeases(keys);
    }

    @Override
    public CompletableFuture<Scan> scan() {
        Scan all = table.scan().join();
        meter.scans(
                (long) all.leases().size() * LEASE_BYTES + (long) all.sessions().size() * SESSION_BYTES, true);
        return CompletableFuture.completedFuture(all);
    }
}
