package io.shardline.producer.internal;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerStatistics;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.UserFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One stream: its shard map, a lane for each open shard, and what waits for the map.
 *
 * <p>Confined to the loop, except for its name, for what user code threw, and for {@link #trouble}.
 */
final class StreamLanes {

    /** Less than it takes to delete a stream and make it again, and meanwhile no PutRecords gets through. */
    static final long TRUST_NANOS = Duration.ofSeconds(10).toNanos();

    private static final Logger log = Logs.of(StreamLanes.class);

    static final Comparator<PendingRecord> FIRST_PUT = Comparator.comparingLong(pending -> pending.putAt);

    private final String name;
    private final LoopContext context;
    private final StreamNames names;
    private final Epochs epochs;
    private final MapRefresh refresh;
    private final RecordSizeLimit sizeLimit;
    private final AnswerJudge judge;
    private final RequestBackoff backoff;
    private final LaneSchedule.Queue queue = new LaneSchedule.Queue();

    private @Nullable ShardMap map;

    private long hurriedUpTo = -1;

    /** When the stream was last known to be the one that the map is of. */
    private long seenAt;

    private List<ShardLane> lanes = List.of();

    /** What stands in for the map where it must not be listed; null otherwise. */
    private @Nullable UnlistedShards unlisted;

    private final Readiness readiness;

    /** Records whose shard is not known, until the first map comes. */
    private RecordQueue unrouted = new RecordQueue();

    private final Routing routing = new Routing(
            pending -> laneOf(pending).add(pending),
            this::isInLane,
            (pending, why) -> givenUp(pending, FailureReason.INTERNAL_ERROR, why));

    /** Whether an aggregate was stored while the shards could not be listed. */
    private boolean singly;

    private boolean expiryIsScheduled;

    /** What lies behind lost records, if that may not be sent. */
    private final StoppedRanges stopped = new StoppedRanges();

    /** Lanes of closed shards whose last loads have not been judged. */
    private List<ShardLane> draining = new ArrayList<>();

    StreamLanes(String name, StreamNames names, LoopContext context) {
        this.name = name;
        this.names = names;
        this.epochs = new Epochs(context.unfinished());
        this.context = context;
        this.refresh = new MapRefresh(this, context);
        this.readiness = new Readiness(name);
        this.sizeLimit = new RecordSizeLimit(name, context);
        this.judge = new AnswerJudge(this, context);
        this.backoff = new RequestBackoff(context.random());
    }

    String name() {
        return name;
    }

    UserFailures ofCallbacks() {
        return context.outcomes().ofCallbacks();
    }

    boolean isArn() {
        return name.startsWith("arn:");
    }

    AnswerJudge judge() {
        return judge;
    }

    /** The waits after what failed for the stream as a whole. */
    RequestBackoff backoff() {
        return backoff;
    }

    /** Its records that are not finished, of those that came by this name. */
    Epochs epochs() {
        return epochs;
    }

    /** The names and ARNs that this stream came by, this one among them. */
    List<StreamLanes> allNames() {
        return names.alike(this);
    }

    /** What it takes of the memory budget; from any thread. */
    StreamShare share() {
        return names.share();
    }

    LaneSchedule.Queue queue() {
        return queue;
    }

    /** The range of an open or closed shard; null if no listing had it. */
    @Nullable
    HashKeyRange rangeOf(String shardId) {
        return map == null ? null : map.rangeOf(shardId);
    }

    /** Called for each record put, in the order of the mailbox. */
    void arrived(PendingRecord pending) {
        try {
            take(pending);
        } catch (Throwable e) {
            if (!pending.isDecided && !names.lanesOf(this).holds(pending) && !names.holds(pending)) {
                context.outcomes().failed(pending, FailureReason.INTERNAL_ERROR, "the producer failed: " + e);
            }
            throw e;
        }
    }

    boolean holds(PendingRecord pending) {
        return unrouted.contains(pending) || isInLane(pending);
    }

    private boolean isInLane(PendingRecord pending) {
        return lanes.stream().anyMatch(lane -> lane.holds(pending));
    }

    /** Something threw: asks again what may have been asked, and knows what is in flight. */
    void recover(Set<LaneLoad> inRequests) {
        names.recover();
        if (!stopped.isEmpty()) {
            stopped.lookAgain();
            context.schedule().stopped(this);
        }
        judge.recover(inRequests);
        lanes.forEach(lane -> lane.recover(judge.expectedOf(lane)));
        draining.forEach(lane -> lane.recover(judge.expectedOf(lane)));
        draining.removeIf(lane -> !lane.hasInFlight());
        refresh.recover();
        expiryIsScheduled = false;
        if (map != null) {
            routing.routeAll(unrouted);
        }
        expireUnroutedInTime();
        if (!unrouted.isEmpty() || !readiness.isReached() || judge.awaitsRange()) {
            refresh.request();
        }
    }

    /** Of the open shards. */
    List<ShardLane> lanes() {
        return lanes;
    }

    private void take(PendingRecord pending) {
        if (!context.admission().admit(pending)) {
            return;
        }
        if (names.isOnly(this)) {
            route(pending);
        } else {
            names.arrived(pending);
        }
    }

    /** Takes a record of this stream into its lane. */
    void route(PendingRecord pending) {
        if (stopped.contains(pending.hashKey())) {
            context.outcomes().failed(pending, FailureReason.LANE_STOPPED, StoppedRanges.WHY);
        } else if (!sizeLimit.takes(pending.size())) {
            givenUp(pending, FailureReason.REJECTED, sizeLimit.rule() + ", got " + pending.size());
        } else if (map != null && unrouted.isEmpty()) {
            lanes.get(map.indexOf(pending.hashKey())).add(pending);
        } else {
            unrouted.add(pending);
            awaitMap();
        }
    }

    private void awaitMap() {
        expireUnroutedInTime();
        refresh.request();
    }

    /** A record is lost for good. */
    void givenUp(PendingRecord pending, FailureReason reason, String why) {
        context.outcomes().failed(pending, reason, why);
        if (context.settings().stopOnLoss()) {
            stopped.add(map == null ? HashKeyRange.FULL : laneOf(pending).range());
            context.schedule().stopped(this);
        }
    }

    /** Fails what waits behind lost records, if it may not be sent. */
    void failStopped() {
        if (stopped.hasGrown()) {
            lanes.stream()
                    .filter(lane -> stopped.overlaps(lane.range()))
                    .forEach(lane -> lane.fail(FailureReason.LANE_STOPPED, StoppedRanges.WHY));
            List<PendingRecord> waiting = new ArrayList<>();
            unrouted.copyTo(waiting);
            waiting.stream()
                    .filter(pending -> stopped.contains(pending.hashKey()))
                    .forEach(pending ->
                            context.outcomes().failed(pending, FailureReason.LANE_STOPPED, StoppedRanges.WHY));
            unrouted.removeDecided();
        }
    }

    /** Takes records again after losses. */
    void resume() {
        names.whenKnown(this, () -> names.lanesOf(this).stopped.clear());
    }

    /** Puts records again, each before all others of its lane. */
    List<ShardLane> putAgain(List<PendingRecord> records) {
        if (records.stream().anyMatch(pending -> stopped.contains(pending.hashKey()))) {
            stopped.lookAgain();
            context.schedule().stopped(this);
        }
        if (map == null) {
            unrouted.addBefore(records);
            return List.of();
        }
        Map<ShardLane, List<PendingRecord>> byLane = new LinkedHashMap<>();
        for (PendingRecord pending : records) {
            byLane.computeIfAbsent(laneOf(pending), lane -> new ArrayList<>()).add(pending);
        }
        List<ShardLane> again = List.copyOf(byLane.keySet());
        byLane.forEach(ShardLane::putBack);
        return again;
    }

    /** To be called behind {@link #putAgain}, when whoever had the records has them no more: what follows may throw. */
    void arePutAgain(List<ShardLane> again) {
        if (map == null) {
            awaitMap();
        }
        again.forEach(ShardLane::filled);
    }

    /** Whether a lane must wait for its parents' last loads. */
    boolean isHeldBack(ShardLane lane) {
        return !draining.isEmpty()
                && draining.stream().anyMatch(parent -> ShardMap.overlap(parent.range(), lane.range()));
    }

    /** To be called when a load of the lane has been judged. */
    void judged(ShardLane lane) {
        lane.judged();
        if (!lane.hasInFlight() && draining.remove(lane)) {
            lanes.forEach(ShardLane::touch);
        }
    }

    /** A record by itself was stored in another shard than that of its lane. */
    void storedElsewhere(ShardLane lane, String shardId) {
        if (unlisted == null || !unlisted.hasLane(lane)) {
            mapIsOld();
        } else if (unlisted.add(shardId)) {
            lane.widen(unlisted.count());
        }
    }

    /** A result showed that the map is not what the service has. */
    void mapIsOld() {
        refresh.request();
    }

    /** Whether records go without a map, because it must not be listed and nothing needs it. */
    boolean isWithoutMap() {
        return unlisted != null;
    }

    /** See the producer's {@code ready}. */
    void whenReady(CompletableFuture<Void> ready) {
        StreamLanes owner = names.lanesOf(this);
        if (owner != this) {
            owner.whenReady(ready);
        } else if (map != null) {
            ready.complete(null);
        } else {
            readiness.add(ready);
            refresh.request();
        }
    }

    /** Some of what {@link #whenReady} was given is done already. */
    void forgetReady() {
        readiness.forgetDone();
        names.lanesOf(this).readiness.forgetDone();
    }

    /** What stands in the way of being ready; from any thread. */
    Optional<String> trouble() {
        return refresh.trouble();
    }

    /** The producer has ended. */
    void isClosed() {
        readiness.fail("the producer is closed");
    }

    /** The service knows no such stream: its shards are not known either if it comes back, though they have the same names. */
    void isGone() {
        sizeLimit.forget();
        if (map != null) {
            List<PendingRecord> homeless = new ArrayList<>();
            lanes.forEach(lane -> lane.copyTo(homeless));
            homeless.sort(FIRST_PUT);
            unrouted.copyTo(homeless);
            move(homeless, lanes, List.of());
            map = null;
            unlisted = null;
            awaitMap();
        }
    }

    /** To be called with each request, so that a stream in use looks at its shards now and then. */
    void requestIsSent(PutRequest request, long now) {
        if ((request.isMixed() || singly) && !isTrusted(now)) {
            refresh.requestAtOnce(); // the answer will need it
        } else {
            refresh.requestIfOld(now);
        }
    }

    /**
     * Whether the map is surely that of the stream that is there. A stream that was deleted and made again may have shards of
     * the same names with other ranges, and nothing in an answer of PutRecords tells.
     */
    boolean isTrusted(long now) {
        return map != null && now - seenAt < TRUST_NANOS;
    }

    /** The stream has answered a request that was sent then. */
    void hasAnswered(long sentAt, long now) {
        if (isTrusted(now)) {
            seenAt = Math.max(seenAt, sentAt);
        }
    }

    /**
     * To be called with each listing.
     *
     * @param listedAt when it was asked for
     * @return whether the new map answered all questions
     */
    boolean mapArrived(ShardMap arrived, long listedAt) {
        seenAt = listedAt;
        unlisted = null;
        singly = false;
        useMap(arrived);
        sizeLimit.mapArrived();
        judge.judgeLandings();
        return !judge.awaitsRange();
    }

    private void useMap(ShardMap arrived) {
        boolean isSame = sameShards(arrived);
        List<ShardLane> present = isSame ? lanes : lanesOf(arrived); // it may throw up to here
        if (!isSame) {
            replaceLanes(present);
        }
        map = arrived;
        routing.routeAll(unrouted);
        readiness.reached();
        names.useMap(this, arrived);
    }

    /** Whether nobody waits for another try. */
    boolean mapFailed(ServiceFailure failure) {
        if (RetryClassifier.ofListing(failure) instanceof Verdict.Permanent permanent) {
            if (map == null && mayGoWithoutMap(permanent.reason())) {
                goWithoutMap(failure);
                return true;
            }
            String why = failure.code() + ": " + failure.message() + "; its shards cannot be listed"
                    + (permanent.reason() == FailureReason.ACCESS_DENIED ? " (kinesis:ListShards)" : "");
            readiness.fail(why);
            unrouted.handOver(pending -> givenUp(pending, permanent.reason(), why));
            if (judge.awaitsRange()) {
                goSingly();
                judge.giveUpLandings();
            }
            return true;
        }
        return unrouted.isEmpty() && readiness.isReached() && !judge.awaitsRange();
    }

    /** Where aggregates go cannot be learnt, and a record by itself is right anywhere: so none is put more than once again. */
    private void goSingly() {
        singly = true;
        lanes.forEach(ShardLane::reaggregate);
    }

    /** Whether records have to go without company until the shards can be listed. */
    boolean goesSingly() {
        return singly;
    }

    /** Only aggregates need ranges: a record by itself is right wherever it was stored. */
    private boolean mayGoWithoutMap(FailureReason reason) {
        return reason == FailureReason.ACCESS_DENIED && !context.settings().aggregationEnabled();
    }

    private void goWithoutMap(ServiceFailure failure) {
        log.warn(
                "records go in one lane, because shards may not be listed stream={} code={} message={}"
                        + " allow=kinesis:ListShards",
                name,
                failure.code(),
                failure.message());
        useMap(UnlistedShards.MAP);
        unlisted = new UnlistedShards(lanes.get(0));
    }

    /** Lets nothing linger that was put up to now, in whatever lane. */
    void hurry(long now) {
        hurriedUpTo = now;
        lanes.stream().filter(lane -> !lane.isEmpty()).forEach(ShardLane::touch);
    }

    boolean isHurried(long putAt) {
        return putAt <= hurriedUpTo;
    }

    List<ProducerStatistics.Lane> statistics(long now) {
        return lanes.stream().map(lane -> lane.statistics(now)).toList();
    }

    /** Fails everything that waits. If something throws, what is left is still here. */
    void fail(FailureReason reason, String why) {
        unrouted.handOver(pending -> context.outcomes().failed(pending, reason, why));
        lanes.forEach(lane -> lane.fail(reason, why));
        judge.fail(reason, why);
        names.fail(reason, why);
    }

    private ShardLane laneOf(PendingRecord pending) {
        if (map == null) {
            throw new IllegalStateException("no shard map of stream " + name);
        }
        return lanes.get(map.indexOf(pending.hashKey()));
    }

    private boolean sameShards(ShardMap arrived) {
        List<ShardMap.OpenShard> open = arrived.open();
        if (open.size() != lanes.size()) {
            return false;
        }
        for (int i = 0; i < open.size(); i++) {
            if (!open.get(i).equals(lanes.get(i).shard())) {
                return false;
            }
        }
        return true;
    }

    /** Empties the lanes of shards that are closed; what has no lane any more waits oldest first, each lane's in its order. */
    private void replaceLanes(List<ShardLane> present) {
        Set<ShardLane> former = new LinkedHashSet<>(lanes);
        present.forEach(former::remove);
        List<PendingRecord> homeless = new ArrayList<>();
        former.forEach(lane -> lane.copyTo(homeless));
        unrouted.copyTo(homeless);
        homeless.sort(FIRST_PUT);
        move(homeless, former, present);
    }

    /** Those that there are, and new ones. */
    private List<ShardLane> lanesOf(ShardMap arrived) {
        Map<ShardMap.OpenShard, ShardLane> former = new LinkedHashMap<>();
        lanes.forEach(lane -> former.put(lane.shard(), lane));
        List<ShardLane> present = new ArrayList<>();
        for (ShardMap.OpenShard shard : arrived.open()) {
            ShardLane kept = former.get(shard);
            present.add(kept != null ? kept : new ShardLane(this, shard, context));
        }
        return present;
    }

    /**
     * Replaces lanes, and remembers which of them have something in flight. Whatever throws, records are here or there.
     *
     * @param homeless what they hold, and what waits for the map
     */
    private void move(List<PendingRecord> homeless, Collection<ShardLane> closed, List<ShardLane> present) {
        RecordQueue all = new RecordQueue();
        all.addBefore(homeless);
        List<ShardLane> stillDraining = new ArrayList<>(draining);
        closed.stream().filter(ShardLane::hasInFlight).forEach(stillDraining::add);
        closed.forEach(ShardLane::touch);
        for (ShardLane lane : closed) { // nothing throws from here on
            lane.clear();
        }
        draining = stillDraining;
        unrouted = all;
        lanes = present;
    }

    private void expireUnroutedInTime() {
        PendingRecord first = unrouted.peek();
        long ttl = context.settings().ttlNanos();
        if (first != null && !expiryIsScheduled && ttl != Ticks.NEVER) {
            expiryIsScheduled = true;
            context.loop().schedule(first.putAt + ttl - context.ticks().now(), this::expireUnrouted);
        }
    }

    private void expireUnrouted() {
        expiryIsScheduled = false;
        long now = context.ticks().now();
        PendingRecord first = unrouted.peek();
        while (first != null && first.putAt + context.settings().ttlNanos() <= now) {
            givenUp(
                    first,
                    FailureReason.EXPIRED,
                    refresh.trouble().map(cause -> cause + "; ").orElse("")
                            + "its time to live ended before its shards could be listed");
            unrouted.remove();
            first = unrouted.peek();
        }
        expireUnroutedInTime();
    }
}
