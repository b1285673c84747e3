package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lease table as one worker reaches it: over a network that delays, loses and is late.
 *
 * <p>Request and answer are separate events. A lost answer leaves the write done and the caller with an unknown outcome;
 * a late request lands after its caller has given it up. Confined to the simulation.
 */
final class SimulatedLeaseTable implements LeaseStore {

    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final InMemoryLeaseStore table;
    private final SimulatedTime time;
    private final Executor callbacks;
    private final Network network;

    /** What the network does to the calls of one worker. */
    interface Network {
        Duration delay();

        Fate fate();
    }

    /** How a call fares. */
    enum Fate {
        ANSWERED,
        REQUEST_LOST,
        ANSWER_LOST,
        REQUEST_LATE
    }

    SimulatedLeaseTable(InMemoryLeaseStore table, SimulatedTime time, SimulatedProcess caller, Network network) {
        this.table = table;
        this.time = time;
        this.callbacks = caller.pool("lease-table-answers", 1);
        this.network = network;
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return write(() -> table.createSession(row));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return write(() -> table.renew(session, heartbeat, renewal));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return write(() -> table.markDead(session, heartbeat, by));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return write(() -> table.retire(session, heir));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return write(() -> table.ask(session, asker, count));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return write(() -> table.notify(session, leaseKey, counter));
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return call(table::moveRevision, null);
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        return call(() -> table.suspect(session, suspected), null);
    }

    @Override
    public CompletableFuture<StreamRow> registerStream(StreamRow row) {
        return call(() -> table.registerStream(row), null);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return write(() -> table.createLease(lease));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return write(() -> table.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return write(() -> table.checkpoint(held, position));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return write(() -> table.give(held, position, to));
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        CompletableFuture<Watch> stale = table.watch(sessions); // as of the sending: an eventually consistent read
        return call(() -> stale, null);
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        return call(() -> table.readSession(session), null);
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return call(() -> table.readLeases(keys), null);
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return call(table::scan, null);
    }

    private <T> CompletableFuture<WriteResult<T>> write(Supplier<CompletableFuture<WriteResult<T>>> effect) {
        return call(effect, new WriteResult.Unknown<>("no answer within " + TIMEOUT));
    }

    /** @param givenUp what the caller is told when no answer comes, or null for an exception */
    private <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> effect, @Nullable T givenUp) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Fate fate = network.fate();
        switch (fate) {
            case ANSWERED ->
                time.after(network.delay(), "lease-table", () -> {
                    T result = effect.get().join();
                    time.after(network.delay(), "lease-table", () -> callbacks.execute(() -> answer.complete(result)));
                });
            case ANSWER_LOST ->
                time.after(network.delay(), "lease-table", () -> effect.get().join());
            case REQUEST_LATE ->
                time.after(
                        TIMEOUT.plus(network.delay().multipliedBy(20)),
                        "lease-table",
                        () -> effect.get().join());
            case REQUEST_LOST -> {}
        }
        if (fate != Fate.ANSWERED) {
            time.after(
                    TIMEOUT,
                    "lease-table",
                    () -> callbacks.execute(() -> {
                        if (givenUp != null) {
                            answer.complete(givenUp);
                        } else {
                            answer.completeExceptionally(new IllegalStateException("no answer within " + TIMEOUT));
                        }
                    }));
        }
        return answer;
    }
}
