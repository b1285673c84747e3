package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.RowTooLargeException;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.TableGoneException;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
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
public final class SimulatedLeaseTable implements LeaseStore {

    /** When a caller gives up a call that is not answered. */
    public static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** How long a slow answer takes. */
    public static final Duration SLOW_ANSWER = Duration.ofSeconds(50);

    private final LeaseStore table;
    private final SimulatedTime time;
    private final Executor callbacks;
    private final Network network;

    /** What the network does to the calls of one worker. */
    public interface Network {
        /** How long the next message takes. */
        Duration delay();

        /** How long the next answer takes. */
        default Duration answerDelay() {
            return delay();
        }

        /**
         * How the next call fares.
         *
         * @param operation the method of the store
         * @param key the row it is about, or nothing
         */
        Fate fate(String operation, String key);
    }

    /** How a call fares. */
    public enum Fate {
        /** It takes effect at the table, and the answer comes. */
        ANSWERED,
        /** As that, but the table shows what it held when the call was sent: for reads. */
        STALE,
        /** It takes effect, and the answer comes after {@link #SLOW_ANSWER}; for scans, whose pages may each take some seconds. */
        SLOW,
        /** It never arrives. */
        REQUEST_LOST,
        /** It takes effect, and its caller does not hear of it. */
        ANSWER_LOST,
        /** It takes effect after its caller has given it up. */
        REQUEST_LATE,
        /** It is refused for want of permission, without effect. */
        DENIED,
        /** It is refused because the table does not exist. */
        NO_TABLE,
        /** It is refused because the row would be larger than the table takes. */
        TOO_LARGE
    }

    /** The table as {@code caller} reaches it. */
    public SimulatedLeaseTable(LeaseStore table, SimulatedTime time, SimulatedProcess caller, Network network) {
        this.table = table;
        this.time = time;
        this.callbacks = caller.pool("lease-table-answers", 1);
        this.network = network;
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return write("createSession", row.id(), () -> table.createSession(row));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        return write("renew", session, () -> table.renew(session, heartbeat, renewal));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return write("markDead", session, () -> table.markDead(session, heartbeat, by));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        return write("retire", session, () -> table.retire(session, heir));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return write("ask", session, () -> table.ask(session, asker, count));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        return write("notify", session, () -> table.notify(session, leaseKey, counter));
    }

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return read("moveRevision", "", table::moveRevision);
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        return read("suspect", session, () -> table.suspect(session, suspected));
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        return read("setPlanned", "", () -> table.setPlanned(planned));
    }

    @Override
    public CompletableFuture<FleetRow> claim(String application) {
        return read("claim", application, () -> table.claim(application));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
        return read("registerStream", row.streamName(), () -> table.registerStream(row));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> checked(
            String streamName, Instant created, StreamRow.Check check) {
        return write("checked", streamName, () -> table.checked(streamName, created, check));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed) {
        return write("setRemoved", streamName, () -> table.setRemoved(streamName, removed));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next) {
        return write("setRetrieval", streamName, () -> table.setRetrieval(streamName, next));
    }

    @Override
    public CompletableFuture<List<StreamRow>> readStreams(Collection<String> streamNames) {
        return read("readStreams", streamNames.toString(), () -> table.readStreams(streamNames));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return write("createLease", lease.key(), () -> table.createLease(lease));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        return write("take", seen.key(), () -> table.take(seen, owner));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return write("checkpoint", held.key(), () -> table.checkpoint(held, position));
    }

    /** What a checkpoint must not be: conditional on nothing that it changes, so that an old one still fits. */
    CompletableFuture<WriteResult<Lease>> checkpointByOwnerAlone(Lease held, Checkpoint position) {
        return write("checkpoint", held.key(), () -> {
            Lease now = table.readLeases(List.of(held.key())).join().get(0);
            return table.checkpoint(Objects.equals(now.owner(), held.owner()) ? now : held, position);
        });
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return write("give", held.key(), () -> table.give(held, position, to));
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        return write("deleteLease", ended.key(), () -> table.deleteLease(ended));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> deleteSession(String session) {
        return write("deleteSession", session, () -> table.deleteSession(session));
    }

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        return read("watch", "", () -> table.watch(sessions));
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        return read("readSession", session, () -> table.readSession(session));
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return read("readLeases", "", () -> table.readLeases(keys));
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return read("readLeases", "", () -> table.readReadable(keys));
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return read("scan", "", table::scan);
    }

    private <T> CompletableFuture<WriteResult<T>> write(
            String operation, String key, Supplier<CompletableFuture<WriteResult<T>>> effect) {
        Fate fate = network.fate(operation, key);
        return isRefused(fate)
                ? refused(fate, operation)
                : call(fate, effect, new WriteResult.Unknown<>("no answer within " + TIMEOUT));
    }

    private <T> CompletableFuture<T> read(String operation, String key, Supplier<CompletableFuture<T>> effect) {
        Fate fate = network.fate(operation, key);
        return isRefused(fate) ? refused(fate, operation) : call(fate, effect, null);
    }

    private static boolean isRefused(Fate fate) {
        return fate == Fate.DENIED || fate == Fate.NO_TABLE || fate == Fate.TOO_LARGE;
    }

    private <T> CompletableFuture<T> refused(Fate fate, String operation) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ConsumerException why = switch (fate) {
            case NO_TABLE -> new TableGoneException("lease table 'simulated': there is no table", null);
            case TOO_LARGE -> new RowTooLargeException("lease table 'simulated': the row is full", null);
            default -> new ConsumerException("lease table 'simulated': " + operation + " is not allowed", null);
        };
        at(network.delay(), () -> callbacks.execute(() -> answer.completeExceptionally(why)));
        return answer;
    }

    /** @param givenUp what the caller is told when no answer comes, or null for an exception */
    private <T> CompletableFuture<T> call(Fate fate, Supplier<CompletableFuture<T>> effect, @Nullable T givenUp) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        switch (fate) {
            case ANSWERED -> at(network.delay(), () -> answerLater(answer, outcomeOf(effect)));
            case STALE -> {
                CompletableFuture<T> before = outcomeOf(effect);
                at(network.delay(), () -> answerLater(answer, before));
            }
            case SLOW -> at(SLOW_ANSWER, () -> answerLater(answer, outcomeOf(effect)));
            case ANSWER_LOST -> at(network.delay(), () -> outcomeOf(effect));
            case REQUEST_LATE -> at(TIMEOUT.plus(network.delay().multipliedBy(20)), () -> outcomeOf(effect));
            case REQUEST_LOST, DENIED, NO_TABLE, TOO_LARGE -> {}
        }
        if (fate != Fate.ANSWERED && fate != Fate.STALE && fate != Fate.SLOW) {
            at(TIMEOUT, () -> callbacks.execute(() -> giveUp(answer, givenUp)));
        }
        return answer;
    }

    /** The table's answer, once it is there; simulated time stands still for that. */
    private static <T> CompletableFuture<T> outcomeOf(Supplier<CompletableFuture<T>> effect) {
        CompletableFuture<T> outcome = effect.get();
        outcome.handle((result, failure) -> failure == null).join();
        return outcome;
    }

    private <T> void answerLater(CompletableFuture<T> answer, CompletableFuture<T> outcome) {
        at(
                network.answerDelay(),
                () -> callbacks.execute(() -> outcome.whenComplete((result, failure) -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                })));
    }

    private static <T> void giveUp(CompletableFuture<T> answer, @Nullable T givenUp) {
        if (givenUp != null) {
            answer.complete(givenUp);
        } else {
            answer.completeExceptionally(new IllegalStateException("no answer within " + TIMEOUT));
        }
    }

    private void at(Duration delay, Runnable event) {
        time.after(delay, "lease-table", event);
    }
}
