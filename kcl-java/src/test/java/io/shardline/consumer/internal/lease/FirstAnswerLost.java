package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A table whose first answer to every write is lost after the write was done, and a caller who does as the protocol says:
 * sends the same write again, and takes a refusal that shows his own write for its success. Hints and deletions he does not
 * repeat.
 *
 * <p>Whatever holds of a table must hold of this. Thread-safe if the table is.
 */
final class FirstAnswerLost extends ForwardingLeaseStore {

    FirstAnswerLost(LeaseStore table) {
        super(table);
    }

    private static <T> CompletableFuture<WriteResult<T>> twice(Supplier<CompletableFuture<WriteResult<T>>> write) {
        WriteResult<T> lost = write.get().join();
        WriteResult<T> answer = write.get().join();
        // Only to know what a caller would recognise as his own write; he sees the refusal alone.
        boolean landed = lost instanceof Written<T> first
                && answer instanceof Refused<T> second
                && first.row().equals(second.row());
        return CompletableFuture.completedFuture(landed ? lost : answer);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return twice(() -> super.createSession(row));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return twice(() -> super.renew(session, heartbeat, renewal));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return twice(() -> super.markDead(session, heartbeat, by));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return twice(() -> super.retire(session, heir));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return twice(() -> super.ask(session, asker, count));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return twice(() -> super.notify(session, leaseKey, counter));
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        super.suspect(session, suspected).join();
        return super.suspect(session, suspected);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
        return twice(() -> super.registerStream(row));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed) {
        return twice(() -> super.setRemoved(streamName, removed));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next) {
        return twice(() -> super.setRetrieval(streamName, next));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return twice(() -> super.createLease(lease));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return twice(() -> super.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return twice(() -> super.checkpoint(held, position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return twice(() -> super.give(held, position, to));
    }
}
