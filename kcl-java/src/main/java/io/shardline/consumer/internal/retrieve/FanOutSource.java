package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import io.shardline.runtime.internal.ServicePlace;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;

/**
 * Reads one shard by subscriptions, one after the other, and with GetRecords while there is none that gives events.
 *
 * <p>A subscription begins behind the last record that was read, whatever an event said beyond that. Records that GetRecords
 * brought meanwhile are left out of its events. Confined to the consumer loop.
 */
public final class FanOutSource implements RecordSource, PollingBridge.Owner, ShardSubscription.Listener {

    private static final Logger log = Logs.of(FanOutSource.class);

    /** So long the answer to SubscribeToShard is waited for before the shard is polled as well. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** What an event takes at least: reserved for a shard that has been giving nothing. */
    private static final long MIN_BYTES = 32L << 10;

    /** What the first event of a shard may hold: the 2 MiB of a second, and the same again once taken apart. */
    private static final long FIRST_BYTES = 4L << 20;

    private final Setting setting;
    private final PollingSource.Setting reading;
    private final EventLoop loop;
    private final ShardName shard;
    private final Sink sink;
    private final SubscriptionPace pace;
    private final Runnable again = this::next;
    private final PollingBridge bridge;

    private Cursor cursor;
    private @Nullable ShardSubscription subscription;
    private PrefetchBudget.@Nullable Demand reserving;
    private EventLoop.@Nullable Timer waiting;
    private long reserved;
    private long lastBytes = FIRST_BYTES / 2;
    /** Whether the last event of the subscription had no records, or there was none. */
    private boolean wasAtTip;

    private boolean wanted;
    private boolean stopped;
    private int epoch;

    /** What sources of one stream work with. */
    public record Setting(PollingSource.Setting reading, FanOutRegistration registration, SubscriptionSlots slots)
            implements RecordSource.Factory {

        @Override
        public RecordSource open(ShardName shard, Cursor from, Sink sink) {
            return new FanOutSource(this, shard, from, sink);
        }
    }

    public FanOutSource(Setting setting, ShardName shard, Cursor from, Sink sink) {
        this.setting = setting;
        this.reading = setting.reading();
        this.loop = reading.loop();
        this.shard = shard;
        this.cursor = from;
        this.sink = sink;
        this.bridge = new PollingBridge(reading, shard, sink, this);
        this.pace = new SubscriptionPace(loop.nanoTime(), reading.platform().random());
    }

    @Override
    public void request() {
        wanted = true;
        next();
    }

    /** GetRecords can choose how many it gives; a subscription cannot. */
    @Override
    public void readAtMost(int records) {
        bridge.readAtMost(records);
    }

    @Override
    public void readSooner() {
        bridge.readSooner();
    }

    @Override
    public boolean isStopped() {
        return stopped;
    }

    @Override
    public void stop() {
        stopped = true;
        epoch++;
        wanted = false;
        stopWaiting();
        setting.registration().withdraw(again);
        setting.slots().withdraw(again);
        bridge.stop();
        ShardSubscription current = subscription;
        if (current != null) {
            current.cancel();
            letGo();
        }
    }

    @Override
    public RecordSource restartFrom(Cursor elsewhere) {
        stop();
        stopped = false;
        bridge.readAtMost(0);
        cursor = elsewhere;
        return this;
    }

    @Override
    public boolean isFailing() {
        return !isLive()
                && (bridge.isActive() ? bridge.isFailing() : pace.failures() > SubscriptionPace.MAX_UNREPORTED);
    }

    @Override
    public String waitsFor() {
        if (stopped || !wanted) {
            return "nothing: the batch that it reads ahead is there";
        }
        ShardSubscription current = subscription;
        if (reserving != null) {
            return "room in the prefetch budget";
        }
        if (current != null && current.isAccepted()) {
            return "an event of its subscription";
        }
        if (isPolling()) {
            return bridge.waitsFor();
        }
        String words = current != null
                ? "the answer to SubscribeToShard"
                : "its subscription: "
                        + pace.words(loop.nanoTime(), setting.registration().waitsFor());
        return bridge.isActive() ? words + "; it is polled meanwhile and waits for " + bridge.waitsFor() : words;
    }

    /** Whether a subscription gives events. */
    private boolean isLive() {
        return subscription != null && subscription.eventCount() > 0;
    }

    private void next() {
        if (stopped || !wanted) {
            return;
        }
        ShardSubscription current = subscription;
        if (current != null && setting.registration().isHeld()) {
            current.cancel();
            letGo();
            current = null;
        }
        if (current == null) {
            subscribe();
        } else if (current.isAccepted()) {
            demandEvent(current);
        }
        if (!stopped && wanted && !isLive()) {
            poll();
        }
    }

    private void subscribe() {
        if (bridge.isFirst()) {
            return;
        }
        String arn = setting.registration().arn();
        long wait = pace.notBefore() - loop.nanoTime();
        if (arn == null) {
            setting.registration().whenActive(again);
        } else if (wait > 0) {
            wakeAfter(wait);
        } else if (setting.slots().take(again)) {
            pace.sent(loop.nanoTime());
            wasAtTip = true;
            subscription =
                    new ShardSubscription(reading, ShardSubscription.request(arn, shard.shardId(), cursor), this);
        }
    }

    /** Reads with GetRecords, unless an answer to SubscribeToShard is to be expected first. */
    private void poll() {
        ShardSubscription current = subscription;
        long wait = current == null ? 0 : current.sentNanos() + PATIENCE.toNanos() - loop.nanoTime();
        if (wait > 0) {
            wakeAfter(wait);
        } else {
            bridge.request();
        }
    }

    private void wakeAfter(long nanos) {
        stopWaiting();
        waiting = loop.schedule(nanos, again);
    }

    private void stopWaiting() {
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
    }

    // ------------------------------------------------------------------------------------------------- events

    /** There is room first and demand then. */
    private void demandEvent(ShardSubscription current) {
        if (reserving != null || current.isDemanded()) {
            return;
        }
        long wished = Math.min(PrefetchBudget.MAX_READ, Math.max(MIN_BYTES, 2 * lastBytes));
        long least = Math.min(wished, Math.max(MIN_BYTES, lastBytes));
        PrefetchBudget.Demand demand = new PrefetchBudget.Demand(wished, least, sink::isStarving);
        reserving = demand;
        reading.budget().reserve(demand, bytes -> {
            reserving = null;
            reserved = bytes;
            current.demand();
        });
    }

    /** Gives back what the subscription has of the memory and of the slots; it is over. */
    private void letGo() {
        subscription = null;
        PrefetchBudget.Demand demand = reserving;
        reserving = null;
        if (demand != null) {
            reading.budget().withdraw(demand);
        }
        long held = reserved;
        reserved = 0;
        if (held > 0) {
            reading.budget().release(held);
        }
        setting.slots().release();
    }

    @Override
    public void accepted() {
        pace.accepted(loop.nanoTime());
        next();
    }

    @Override
    public void event(SubscribeToShardEvent event) {
        ShardSubscription current = Objects.requireNonNull(subscription);
        int before = epoch;
        bridge.stop();
        stopWaiting();
        if (!Arrived.isSound(event.records())) {
            breakOff("SubscribeToShard gave a record that lacks its sequence number, data or partition key");
            return;
        }
        List<Record> records = cursor.unread(event.records());
        Arrived arrived = Arrived.of(records);
        long held = reserved;
        reserved = 0;
        if (!reading.budget().settle(held, arrived.heldBytes())) {
            lastBytes = arrived.heldBytes();
            breakOff("an event was larger than what was left of the prefetch budget");
            return;
        }
        if (epoch != before) {
            reading.budget().release(arrived.heldBytes()); // others needed the room, and it was stopped for that
            return;
        }
        lastBytes = arrived.heldBytes();
        wasAtTip = event.records().isEmpty();
        pace.gaveEvent(!wasAtTip);
        Duration behind =
                Duration.ofMillis(event.millisBehindLatest() == null ? 0 : Math.max(0, event.millisBehindLatest()));
        sink.answered(new ReadAnswer(
                event.records().isEmpty() ? null : event.records().get(0).sequenceNumber(),
                behind,
                current.serviceTime()));
        give(new FetchedBatch(records, behind, arrived.bytes(), arrived.heldBytes(), loop.nanoTime()));
        if (epoch == before) {
            goOn(event);
        }
    }

    private void goOn(SubscribeToShardEvent event) {
        List<ChildShard> children = event.childShards();
        if (!children.isEmpty()) {
            ended(children);
        } else if (event.continuationSequenceNumber() == null) {
            breakOff("an event has neither a continuation number nor child shards");
        } else {
            next();
        }
    }

    private void give(FetchedBatch batch) {
        if (!batch.records().isEmpty()) {
            wanted = false;
            cursor = new Cursor.After(
                    batch.records().get(batch.records().size() - 1).sequenceNumber());
            sink.fetched(batch);
        }
    }

    // --------------------------------------------------------------------------------------------------- ends

    /** Ends a subscription that gives what it should not. GetRecords tells what there is. */
    private void breakOff(String why) {
        Objects.requireNonNull(subscription).cancel();
        letGo();
        bridge.goFirst();
        failed(new SubscriptionException(why));
        next();
    }

    @Override
    public void ended(ShardSubscription.End how, @Nullable Throwable failure) {
        ShardSubscription ended = Objects.requireNonNull(subscription);
        boolean wasLive = isLive();
        letGo();
        if (ended.isAccepted() && wasAtTip) {
            bridge.goFirst(); // there may be nothing because the shard is at its end, and others do not say so
        }
        String code = failure == null ? how.name() : ServiceErrors.code(failure);
        boolean isInUse = code.equals("ResourceInUseException");
        long now = loop.nanoTime();
        log.debug("shard={}: its subscription ended: {}", shard, code);
        if (how == ShardSubscription.End.UNUSED) {
            pace.unused(now);
        } else if (ended.isAccepted() && isInUse) {
            takenOver(now);
        } else if (wasLive) {
            pace.goesOn(code);
            suspectIfUnknown(code);
        } else if (!isRefusal(code) || !pace.isExpectedRefusal(now, "refused with " + code)) {
            failed(
                    failure != null
                            ? failure
                            : new SubscriptionException("SubscribeToShard " + ServicePlace.of(reading.client())
                                    + " gives no events; use polling there"));
        }
        next();
    }

    private static boolean isRefusal(String code) {
        return code.equals("ResourceInUseException") || ServiceErrors.isThrottle(code);
    }

    private void failed(Throwable failure) {
        String code = ServiceErrors.code(failure);
        pace.failed(loop.nanoTime(), code + ": " + ServiceErrors.message(failure));
        suspectIfUnknown(code);
        if (pace.failures() > SubscriptionPace.MAX_UNREPORTED || isReportedAtOnce(failure)) {
            sink.failed(failure, pace.failures());
        }
    }

    private void suspectIfUnknown(String code) {
        if (code.equals("ResourceNotFoundException")) {
            setting.registration().suspect();
        }
    }

    private static boolean isReportedAtOnce(Throwable failure) {
        return !(failure instanceof SubscriptionException) && !ServiceErrors.isTransient(failure);
    }

    private void takenOver(long now) {
        SubscriptionException why = new SubscriptionException("another reader subscribes to shard " + shard.shardId()
                + " of stream " + shard.streamName() + " with the same consumer: " + setting.registration()
                + " is for one application");
        pace.takenOver(now, String.valueOf(why.getMessage()));
        if (pace.failures() > SubscriptionPace.MAX_UNREPORTED) {
            sink.failed(why, pace.failures());
        }
    }

    // ------------------------------------------------------------------------------------------------- polling

    @Override
    public Cursor cursor() {
        return cursor;
    }

    @Override
    public boolean isPolling() {
        return setting.registration().isHeld();
    }

    @Override
    public void startsOver() {
        cursor = new Cursor.Start();
    }

    @Override
    public void polled(FetchedBatch batch) {
        give(batch);
    }

    @Override
    public void polledNothing() {
        loop.post(again); // not now, as the read is not over yet
    }

    @Override
    public void ended(List<ChildShard> children) {
        stop();
        sink.ended(children);
    }
}
