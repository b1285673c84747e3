package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.WriteResult;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A lease table that passes every call on to another, to be changed in one place.
 *
 * <p>Thread-safe if the table is, until it is turned to another.
 */
public class ForwardingLeaseStore implements LeaseStore {

    private LeaseStore table;

    public ForwardingLeaseStore(LeaseStore table) {
        this.table = table;
    }

    /** Passes calls on to another table from now on. */
    public void turnTo(LeaseStore other) {
        table = other;
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return table.createSession(row);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return table.renew(session, heartbeat, renewal);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return table.markDead(session, heartbeat, by);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return table.retire(session, heir);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return table.ask(session, asker, count);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return table.notify(session, leaseKey, counter);
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return table.moveRevision();
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        return table.suspect(session, suspected);
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        return table.setPlanned(planned);
    }

    @Override
    public CompletableFuture<FleetRow> claim(String application) {
        return table.claim(application);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
        return table.registerStream(row);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> checked(
            String streamName, Instant created, StreamRow.Check check) {
        return table.checked(streamName, created, check);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed) {
        return table.setRemoved(streamName, removed);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next) {
        return table.setRetrieval(streamName, next);
    }

    @Override
    public CompletableFuture<List<StreamRow>> readStreams(Collection<String> streamNames) {
        return table.readStreams(streamNames);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return table.createLease(lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return table.take(seen, owner);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return table.checkpoint(held, position);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return table.give(held, position, to);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        return table.deleteLease(ended);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> deleteSession(String session) {
        return table.deleteSession(session);
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        return table.watch(sessions);
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        return table.readSession(session);
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return table.readLeases(keys);
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return table.readReadable(keys);
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return table.scan();
    }
}
