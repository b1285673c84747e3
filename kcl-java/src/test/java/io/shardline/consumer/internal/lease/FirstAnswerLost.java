package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A table whose first answer to every write is lost after the write was done, and a caller who does as the protocol says:
 * sends the same write again, and takes a refusal that shows his own write for its success.
 *
 * <p>Whatever holds of a table must hold of this. Thread-safe if the table is.
 */
final class FirstAnswerLost implements LeaseStore {

    private final LeaseStore table;

    FirstAnswerLost(LeaseStore table) {
        this.table = table;
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
        return twice(() -> table.createSession(row));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return twice(() -> table.renew(session, heartbeat, renewal));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return twice(() -> table.markDead(session, heartbeat, by));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return twice(() -> table.retire(session, heir));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return twice(() -> table.ask(session, asker, count));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return twice(() -> table.notify(session, leaseKey, counter));
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return table.moveRevision(); // a hint: nobody repeats it
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        table.suspect(session, suspected).join();
        return table.suspect(session, suspected);
    }

    @Override
    public CompletableFuture<StreamRow> registerStream(StreamRow row) {
        table.registerStream(row).join();
        return table.registerStream(row);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return twice(() -> table.createLease(lease));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return twice(() -> table.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return twice(() -> table.checkpoint(held, position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return twice(() -> table.give(held, position, to));
    }

    /** A caller does not repeat it: a row that is gone is what he wants. */
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
    public CompletableFuture<Scan> scan() {
        return table.scan();
    }
}
