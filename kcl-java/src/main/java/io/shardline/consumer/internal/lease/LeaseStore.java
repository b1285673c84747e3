package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.LeaseTable;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.runtime.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The operations on the table that workers share; W1 to R4 are their numbers in {@code docs/lease-protocol.md}.
 *
 * <p>Assumed of it: a conditional write on one row is linearizable. Nothing else is; a scan is no snapshot. Every call to
 * the service is given up after the store's call time-out, and no operation makes more than it says: most are one call,
 * {@link #notify} up to two, {@link #watch} and {@link #readLeases} up to three for each hundred keys, {@link #scan} one a
 * page, each with a longer time-out of its own. So every future completes: writes with one of three
 * {@linkplain WriteResult outcomes}, never exceptionally because there was no answer; reads exceptionally if there was none;
 * either with a {@link ConsumerException} when the service refuses what no repetition can mend. A write is never sent twice
 * behind its caller's back. Thread-safe; may marshal and sign on the calling thread.
 */
public interface LeaseStore extends LeaseTable {

    /**
     * Makes sure of the table before anything else is asked of it.
     *
     * @return fails with a {@link ConsumerException} that says what to do; never hangs
     */
    default CompletableFuture<Void> prepare(Platform platform) {
        return CompletableFuture.completedFuture(null);
    }

    /** Which table it is and where, for messages. */
    default String place() {
        return "the lease table";
    }

    /** After what time a read or a write of a few rows is given up; zero where each is answered at once. */
    default Duration callTimeout() {
        return Duration.ZERO;
    }

    /** W1. Creates a session unless its id exists. */
    CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row);

    /**
     * W2. Adds one to the heartbeat of a session that is alive and at {@code heartbeat}, and removes what was read, provided that
     * all of it still stands there as it was read.
     */
    CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal);

    /** W3. Marks a session dead that is alive and still at {@code heartbeat}. */
    CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by);

    /** W4. Marks the caller's own session dead, whatever its heartbeat, after everything of it has been dropped. */
    CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir);

    /** W6. Asks a living session to hand over up to {@code count} leases. */
    CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count);

    /** W7. Tells a living session that a lease bears its name or soon will. */
    CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter);

    /** F1. Moves the fleet's revision. */
    CompletableFuture<FleetRow> moveRevision();

    /** F1. Adds or removes a suspect. */
    CompletableFuture<FleetRow> suspect(String session, boolean suspected);

    /** F1. Says whether one session plans for all, and moves the revision. */
    CompletableFuture<FleetRow> setPlanned(boolean planned);

    /**
     * F2. Says whose table it is, unless it has been claimed already; the row that comes back tells.
     *
     * @param application its stream, or {@link FleetRow#SEVERAL_STREAMS}
     */
    CompletableFuture<FleetRow> claim(String application);

    /** R1. Writes down the stream unless that was done; a refusal has what is written. Fails if the outcome is not known. */
    CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row);

    /** R3. Says that the stream of this creation time was found once more; of another nothing is written. */
    CompletableFuture<WriteResult<StreamRow>> checked(String streamName, Instant created, StreamRow.Check check);

    /** R2. Says whether a stream that is written down is read no more; of another nothing is written. */
    CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed);

    /** R4. Changes how a stream is read automatically, if it is still the turn before {@code next}. */
    CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next);

    /** Some streams, each read consistently. Those that are not there, or cannot be read, are left out. */
    CompletableFuture<List<StreamRow>> readStreams(Collection<String> streamNames);

    /** L1. Creates a lease unless its key exists. */
    CompletableFuture<WriteResult<Lease>> createLease(Lease lease);

    /** L2, L3. Makes {@code owner} the owner of a row that is as {@code seen} and not at its shard's end. */
    CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner);

    /** L4. Moves the checkpoint of a row that is as {@code held}. */
    CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position);

    /** L5. Moves the checkpoint of a row that is as {@code held} and gives it to another session, or to none. */
    CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to);

    /** L6. Deletes a row that is as {@code ended} and at its shard's end. Refused without a row if it is gone already. */
    CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended);

    /** W5. Deletes a session that is dead. Refused without a row if it is gone already. */
    CompletableFuture<WriteResult<SessionRow>> deleteSession(String session);

    /** The fleet row and some sessions in one small, possibly stale read. Sessions that are not there are left out. */
    CompletableFuture<Watch> watch(Set<String> sessions);

    /** One session, read consistently. */
    CompletableFuture<Optional<SessionRow>> readSession(String session);

    /** Some leases, each read consistently. Leases that are not there are left out; fails if one cannot be read. */
    CompletableFuture<List<Lease>> readLeases(Collection<String> keys);

    /** As {@link #readLeases}, but those that cannot be read are left out; for who can do without them. */
    default CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return readLeases(keys);
    }

    /** Every row but the planner's, each read consistently, but not all at one moment. Sorted by key. */
    CompletableFuture<Scan> scan();

    /** What {@link #watch} read. */
    record Watch(FleetRow fleet, List<SessionRow> sessions) {}

    /**
     * What {@link #scan} read.
     *
     * @param streams all that are written down, those that are read no more among them
     * @param unreadable the keys of leases whose rows cannot be read, and why
     */
    record Scan(
            FleetRow fleet,
            List<SessionRow> sessions,
            List<Lease> leases,
            ImmutableList<StreamRow> streams,
            ImmutableMap<String, String> unreadable) {

        /** A table all of whose rows can be read. */
        public Scan(FleetRow fleet, List<SessionRow> sessions, List<Lease> leases, ImmutableList<StreamRow> streams) {
            this(fleet, sessions, leases, streams, ImmutableMap.of());
        }

        /** Names of the streams that are read no more. */
        public ImmutableSet<String> removed() {
            return StreamRow.removed(streams);
        }
    }
}
