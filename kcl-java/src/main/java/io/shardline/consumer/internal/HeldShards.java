package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.ShardHealth;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.LeaseListener;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.lease.Worker;
import io.shardline.consumer.internal.process.ShardConsumer;
import io.shardline.consumer.internal.retrieve.PollPacer;
import io.shardline.consumer.internal.retrieve.PollingSource;
import io.shardline.consumer.internal.retrieve.PrefetchBudget;
import io.shardline.consumer.internal.retrieve.RetrievalRules;
import io.shardline.consumer.internal.retrieve.ShardName;
import io.shardline.consumer.internal.shard.Listed;
import io.shardline.consumer.internal.shard.StreamSyncs;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * The shards that this worker holds: which there are, when they begin, who comes after them, and how they go.
 *
 * <p>Confined to the consumer loop, but for {@link #mayAct}.
 */
final class HeldShards implements LeaseListener, ShardConsumer.Host, StreamSyncs.Listener {

    private static final Logger log = Logs.of(HeldShards.class);

    private final SessionKeeper.Setting leasing;
    private final ParentWatch parents;
    private final EventFeed events;
    private final Owner owner;
    private final LeaseBook book;
    private final StreamSyncs syncs;
    private final PrefetchBudget budget;
    private final Retrievals retrievals;
    private final ShardConsumer.Setting shardSetting;

    private final Map<String, ShardConsumer> shards = new TreeMap<>();
    private final Map<String, ShardConsumer> leaving = new TreeMap<>();
    private final Set<String> paused = new TreeSet<>();
    private boolean leased;
    private boolean planned;
    private boolean othersPlan;
    private int emptyScans;

    /** The consumer that the shards belong to. Called on the loop. */
    interface Owner {

        /** A scan of the lease table has been taken in, here or by who plans for all. */
        void scanned();

        /** Every shard that the reading of a stream begins with has a lease. */
        void leasesCreated(String streamName);

        /** A stream cannot be read, and time does not mend it. */
        void streamFailed(String streamName, ConsumerException why);

        /** The worker has a session, for the first time or again. */
        void sessionBegan();

        /** The worker's session is over, and its shards are dropped. */
        void sessionEnded();

        /**
         * The lease table is not that of this application: it does not fit the settings, or is another one than before. Or the
         * only stream's registered consumer cannot be used.
         */
        void cannotGoOn(ConsumerException why);

        /** Something has gone that {@link HeldShards#isIdle} waits for. */
        void released();
    }

    HeldShards(
            ConsumerLoop.Parts parts,
            SessionKeeper.Setting leasing,
            RetrievalRules rules,
            EventFeed events,
            Owner owner) {
        ConsumerConfig config = parts.config();
        this.leasing = leasing;
        Timing timing = Timing.of(config.leaseDuration());
        this.events = events;
        this.owner = owner;
        this.book = new LeaseBook(leasing, timing, new Worker(config.workerId(), config.maxLeases()), this);
        this.syncs = new StreamSyncs(leasing, parts.client(), config, book, this);
        this.parents = new ParentWatch(leasing, timing, syncs, this::beginAgain);
        this.budget = new PrefetchBudget(leasing.loop(), config.prefetchBudget());
        PollingSource.Setting source = new PollingSource.Setting(
                leasing.loop(),
                leasing.platform(),
                parts.client(),
                budget,
                new PollPacer(config.readsPerSecondBehind(), config.readsPerSecondAtTip()));
        this.retrievals = new Retrievals(
                config,
                source,
                new AutomaticRetrieval(leasing, book, rules),
                new AutomaticStream.Setting(leasing, rules, events, book::announceNewLeases),
                owner::cannotGoOn);
        this.shardSetting = new ShardConsumer.Setting(
                leasing.loop(), leasing.platform(), config, budget, retrievals, parts.processors(), this);
    }

    LeaseBook book() {
        return book;
    }

    StreamSyncs syncs() {
        return syncs;
    }

    PrefetchBudget budget() {
        return budget;
    }

    Retrievals retrievals() {
        return retrievals;
    }

    /** Whether every shard that reading begins with has a lease, as far as this worker has seen. */
    boolean areLeasesCreated() {
        return leased;
    }

    /** Whether no shard is held, no handler is in a call, and no write is unresolved. */
    boolean isIdle() {
        return shards.isEmpty() && leaving.isEmpty() && book.isIdle();
    }

    /** The shards that would be dropped if everything ended now, sorted. */
    Set<String> unfinished() {
        Set<String> keys = new TreeSet<>(book.openKeys());
        keys.addAll(shards.keySet());
        keys.addAll(leaving.keySet());
        return keys;
    }

    // -------------------------------------------------------------------------------------------------- leases

    @Override
    public void scanned(Scan scan) {
        if (isOfAnotherTable(scan)) {
            owner.cannotGoOn(new ConsumerException(
                    leasing.store().place()
                            + " is empty, and it had the leases of this application: it was deleted and made again;"
                            + " start the consumer anew to read from its starting position, or restore the table",
                    null));
            return;
        }
        syncs.unreadable().retain(scan.unreadable());
        retrievals.scanned(scan);
        owner.scanned();
        if (othersPlan) {
            othersPlan = false;
            syncs.run(); // what leases are missing, or cannot be read, only who planned knew
        }
        if (book.plansForAll()) {
            syncs.lookAfter(scan); // nobody else does
        }
        shards.values().forEach(ShardConsumer::begin);
    }

    /** No worker deletes all rows. The first scan that shows none may have been sent before the leases were there. */
    private boolean isOfAnotherTable(Scan scan) {
        boolean isEmpty = scan.leases().isEmpty() && scan.streams().isEmpty();
        emptyScans = leased && isEmpty ? emptyScans + 1 : 0;
        if (emptyScans == 1) {
            book.announceNewLeases();
        }
        return emptyScans > 1;
    }

    @Override
    public void scannedForOwn(Scan scan) {
        syncs.unreadable().retain(scan.unreadable());
    }

    @Override
    public void othersPlan() {
        othersPlan = true;
        syncs.unreadable().forget(); // it would not be seen here if they are mended
        owner.scanned(); // by another worker, who has also created what leases were missing
    }

    @Override
    public void leaseTaken(HeldLease lease) {
        String key = lease.key();
        ConsumerException otherKind = syncs.otherKind(key).orElse(null);
        if (otherKind != null) { // who plans for all does not know; where each plans for itself it has failed before
            book.give(lease, lease.row().checkpoint(), null, () -> owner.cannotGoOn(otherKind));
            return;
        }
        emit(new ConsumerEvent.LeaseTaken(key, lease.fencingToken()));
        ShardConsumer shard = new ShardConsumer(shardSetting, lease);
        shards.put(key, shard);
        if (paused.contains(key)) {
            shard.pause(() -> {});
        }
        ShardConsumer before = leaving.get(key);
        if (before != null) {
            shard.beginAfter(before);
        } else {
            shard.begin();
        }
    }

    @Override
    public void leaseLost(HeldLease lease, String why) {
        emit(new ConsumerEvent.LeaseLost(lease.key(), why));
        ShardConsumer shard = shards.remove(lease.key());
        if (shard != null) {
            shard.lost();
            awaitCall(shard);
        }
        owner.released();
    }

    @Override
    public void checkpointed(HeldLease lease) {
        if (lease.row().checkpoint() instanceof Checkpoint.At at) {
            emit(new ConsumerEvent.CheckpointWritten(lease.key(), at.position()));
        }
    }

    @Override
    public void promised(HeldLease lease) {
        ShardConsumer shard = shards.get(lease.key());
        if (shard != null) {
            shard.readSooner();
        }
    }

    @Override
    public void handOver(HeldLease lease, @Nullable String to) {
        ShardConsumer shard = shards.get(lease.key());
        if (shard != null) {
            letGo(shard, to);
        }
    }

    @Override
    public void resolved() {
        owner.released();
    }

    @Override
    public void sessionBegan(String session) {
        retrievals.begin();
        owner.sessionBegan();
        emit(new ConsumerEvent.SessionStarted(session));
    }

    @Override
    public void sessionEnded(String session, String why) {
        planned = false;
        emit(new ConsumerEvent.SessionOver(session, why));
        owner.sessionEnded();
    }

    // -------------------------------------------------------------------------------------------------- health

    @Override
    public void planned() {
        planned = true;
    }

    /** In words, what has to happen before this worker does its part, or null if it does. */
    @Nullable
    String waitsFor() {
        if (book.session().id() == null) {
            return "a session in " + leasing.store().place();
        }
        if (!leased) {
            String awaited = syncs.awaited();
            return "the leases of the stream's shards, and for that "
                    + (awaited == null ? leasing.store().place() : awaited);
        }
        if (!planned || !book.isSettled()) {
            return "its first share of the leases" + (book.plansHere() ? "" : ", for which another worker plans");
        }
        return shards.values().stream()
                .filter(shard -> !shard.hasBegun())
                .findFirst()
                .map(shard -> "shard " + shard.lease().key() + " to be read, which waits for " + shard.waitsFor())
                .orElseGet(retrievals::waitsFor);
    }

    /** Looks at every shard. */
    List<ShardHealth> look() {
        return shards.values().stream().map(ShardConsumer::look).toList();
    }

    // --------------------------------------------------------------------------------------------------- pause

    /**
     * Pauses a shard until it is resumed, also if this worker loses it meanwhile and takes it again.
     *
     * @param done called on the loop when the handler does nothing any more
     */
    void pause(String key, Runnable done) {
        ShardConsumer shard = shards.get(key);
        if (shard == null) {
            throw new IllegalArgumentException("only a shard that this worker holds can be paused, and shard '" + key
                    + "' is not among " + shards.keySet());
        }
        if (paused.add(key)) {
            log.info("shard={} is paused", key);
            emit(new ConsumerEvent.ShardPaused(key));
        }
        shard.pause(done);
    }

    void resume(String key) {
        ShardConsumer shard = shards.get(key);
        boolean wasPaused = paused.remove(key);
        if (shard == null && !wasPaused) {
            throw new IllegalArgumentException(
                    "only a shard that this worker holds or has paused can be resumed, and shard '" + key
                            + "' is not among " + shards.keySet());
        }
        log.info("shard={} is resumed", key);
        emit(new ConsumerEvent.ShardResumed(key));
        if (shard != null) {
            shard.resume();
        }
    }

    // ------------------------------------------------------------------------------------------------- lineage

    @Override
    public void synced(String streamName, int created) {
        lookWhetherLeased(streamName);
        othersPlan |= !book.plansHere(); // then nothing was listed, and it may be for this worker a moment later
        planned &= created == 0 || !book.plansHere(); // by the scan before, or by the one that is to come
        shards.values().forEach(ShardConsumer::begin);
        if (created > 0) {
            book.announceNewLeases();
        }
    }

    @Override
    public void unreadable(String leaseKey, String why) {
        emit(new ConsumerEvent.LeaseUnusable(leaseKey, why));
    }

    @Override
    public void cannotBeWritten(String leaseKey, String why) {
        emit(new ConsumerEvent.LeaseUnusable(leaseKey, why));
    }

    private void lookWhetherLeased(String streamName) {
        leased |= syncs.isDone();
        if (leased) {
            book.rootsAreLeased();
        }
        owner.leasesCreated(streamName);
    }

    @Override
    public void failed(String streamName, ConsumerException why) {
        owner.streamFailed(streamName, why);
        if (!leased && !syncs.isConfigured(streamName)) {
            lookWhetherLeased(streamName); // it was the last that the others waited for
        }
    }

    @Override
    public ShardName nameOf(Lease lease) {
        return new ShardName(
                syncs.streamOf(lease.key()), LeaseKey.parse(lease.key()).shardId());
    }

    @Override
    public void settle(Lease row, Consumer<Lease> settled) {
        syncs.settle(row, settled);
    }

    @Override
    public void whetherParentsEnded(Lease lease, long waitedNanos, Consumer<Boolean> answer) {
        parents.whetherParentsEnded(lease, waitedNanos, answer);
    }

    private void beginAgain(String key) {
        ShardConsumer shard = shards.get(key);
        if (shard != null) {
            shard.begin();
        }
    }

    @Override
    public void lookUp(Lease lease, Consumer<Listed> answer) {
        syncs.lookUp(lease.key(), answer);
    }

    @Override
    public Duration retention(Lease lease) {
        return syncs.retention(lease.key());
    }

    @Override
    public void createChildren(Lease lease, List<ChildShard> children, Runnable created) {
        syncs.createChildren(lease, children, () -> {
            created.run();
            // Whoever has read the parent goes on with its children: others would hear of its end a heartbeat later.
            LeaseKey parent = LeaseKey.parse(lease.key());
            book.takeFree(children.stream()
                    .map(child -> parent.sibling(child.shardId()).toString())
                    .toList());
            book.announceNewLeases();
        });
    }

    // ---------------------------------------------------------------------------------------------------- ends

    @Override
    public void ended(ShardConsumer shard) {
        String key = shard.lease().key();
        emit(new ConsumerEvent.ShardEnded(key));
        log.info("shard={} handled to its end", key);
        shards.remove(key, shard);
        paused.remove(key);
        book.finish(shard.lease());
        book.announceNewLeases();
        owner.released();
    }

    /** After this time handlers are not waited for any more where a shard is being let go. */
    void waitForHandlersAtMost(long nanos) {
        leasing.loop().schedule(nanos, () -> List.copyOf(shards.values()).forEach(ShardConsumer::cutShort));
    }

    private void letGo(ShardConsumer shard, @Nullable String to) {
        shard.drain(last -> {
            awaitCall(shard); // of a handler that was not waited for
            if (!shard.lease().isGone()) {
                emit(new ConsumerEvent.LeaseGiven(shard.lease().key(), to == null ? "" : to));
            }
            book.give(shard.lease(), last, to, () -> {
                shards.remove(shard.lease().key(), shard);
                owner.released();
            });
        });
    }

    /** The next tenure of a shard waits for the end of a call from this one, and so does the end of the consumer. */
    private void awaitCall(ShardConsumer shard) {
        String key = shard.lease().key();
        if (shard.isCalling()) {
            leaving.put(key, shard);
            shard.whenCallEnds(() -> {
                leaving.remove(key, shard);
                owner.released();
            });
        }
    }

    @Override
    public boolean mayAct() {
        return book.session().mayAct();
    }

    @Override
    public void emit(ConsumerEvent event) {
        events.emit(event);
    }
}
