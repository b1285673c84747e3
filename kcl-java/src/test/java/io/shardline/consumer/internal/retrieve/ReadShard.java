package io.shardline.consumer.internal.retrieve;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Fault;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.Quota;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * A stream of one shard, one source that reads it, and what came of it.
 *
 * <p>Confined to the simulation.
 */
final class ReadShard implements RecordSource.Sink {

    static final long BUDGET = 128L << 20;

    /** So many records of a MiB that ten reads are needed, for one gives 10 MiB. */
    static final int MIB_RECORDS = 100;

    private static final String STREAM = "flights";
    private static final String SHARD = "shardId-000000000000";
    private static final Duration TURN = Duration.ofMillis(1_700);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final SimulatedTime time = new SimulatedTime(1);
    private final KinesisEmulator kinesis;
    private final EventLoop loop;
    private final PollingSource.Setting setting;
    private final PrefetchBudget budget;
    private final List<Made> calls = new ArrayList<>();
    private final List<Integer> limits = new ArrayList<>();
    private final List<Planned> faults = new ArrayList<>();
    private final List<FetchedBatch> batches = new ArrayList<>();
    private final List<Integer> answers = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<String> children = new ArrayList<>();
    private @Nullable RecordSource source;
    private @Nullable FanOutRegistration registration;
    private boolean keepsAsking;
    private boolean stopsAtOnce;
    private boolean closed;
    private boolean answered;

    private record Made(String operation, long nanos) {}

    private static final class Planned {
        private final String operation;
        private final Fault fault;
        private int times;

        private Planned(int times, String operation, Fault fault) {
            this.times = times;
            this.operation = operation;
            this.fault = fault;
        }
    }

    ReadShard(Duration latency) {
        kinesis = KinesisEmulator.builder()
                // Tests put in bursts, and count reads at a steady pace.
                .lift(Quota.WRITE_RECORDS, Quota.WRITE_BYTES)
                .scheduler(time.process("kinesis").executor("engine"))
                .wallClock(time::instant)
                .build();
        kinesis.createStream(STREAM, 1);
        SimulatedProcess process = time.process("reader");
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        loop = new EventLoop(platform, new EventLoop.Hooks() {});
        budget = new PrefetchBudget(loop, BUDGET);
        KinesisAsyncClient client = kinesis.client(ClientSettings.defaults()
                .latency(Latency.fixed(latency))
                .faults(this::fault)
                .callbacks(process.pool("sdk", 1)));
        setting = new PollingSource.Setting(loop, platform, client, budget, new PollPacer(2, 1));
    }

    private Fault fault(String operation, KinesisRequest request) {
        calls.add(new Made(operation, time.nowNanos()));
        if (request instanceof GetRecordsRequest read) {
            limits.add(read.limit());
        }
        for (Planned planned : faults) {
            if (planned.operation.equals(operation) && planned.times > 0) {
                planned.times--;
                return planned.fault;
            }
        }
        return new Fault.None();
    }

    PollingSource open(Checkpoint from) {
        PollingSource polling = new PollingSource(setting, new ShardName(STREAM, SHARD), Cursor.of(from), this);
        source = polling;
        return polling;
    }

    /** A source that polls. */
    RecordSource poll(Cursor from) {
        source = setting.open(new ShardName(STREAM, SHARD), from, this);
        return source;
    }

    /** A source that subscribes. */
    RecordSource subscribe(Cursor from) {
        FanOutRegistration made = new FanOutRegistration(
                setting,
                new FanOutRegistration.Target(
                        STREAM, "reader", null, PATIENCE, why -> failures.add(why.toString()), null));
        registration = made;
        return subscribeAgain(from);
    }

    /** A source that could subscribe, and polls. */
    RecordSource hold(Cursor from) {
        subscribe(from);
        registration().hold();
        return source();
    }

    /** A source that may subscribe and may not by turns. */
    RecordSource takeTurns(Cursor from) {
        hold(from);
        turnLater();
        return source();
    }

    private void turnLater() {
        loop.schedule(TURN.toNanos(), () -> {
            if (registration().isHeld()) {
                registration().permit();
            } else {
                registration().hold();
            }
            turnLater();
        });
    }

    /** One more of the same registered consumer. */
    RecordSource subscribeAgain(Cursor from) {
        source = new FanOutSource.Setting(setting, registration(), new SubscriptionSlots(1))
                .open(new ShardName(STREAM, SHARD), from, this);
        return source;
    }

    FanOutRegistration registration() {
        return Objects.requireNonNull(registration);
    }

    Instant now() {
        return time.instant();
    }

    void goOnWith(RecordSource another) {
        source = another;
    }

    RecordSource source() {
        return Objects.requireNonNull(source);
    }

    /** The next calls of this operation fail so. */
    void fail(int times, String operation, Fault fault) {
        faults.add(new Planned(times, operation, fault));
    }

    /** From now on every batch is followed by another demand, and its bytes are given back. */
    void keepAsking() {
        keepsAsking = true;
    }

    /** From now on it is known that the shard is closed. */
    void isKnownToBeClosed() {
        closed = true;
    }

    /** From now on a batch is taken back at the moment it comes. */
    void stopAtOnce() {
        stopsAtOnce = true;
    }

    /** Puts records; many of them are large. */
    void put(int count) {
        byte[] data = new byte[count == MIB_RECORDS ? (1 << 20) - 1 : 10];
        for (int i = 0; i < count; i++) {
            var put = kinesis.client()
                    .putRecord(r -> r.streamName(STREAM).partitionKey("k").data(SdkBytes.fromByteArrayUnsafe(data)));
            time.runUntil(put::isDone, PATIENCE);
            put.join();
        }
    }

    /** Puts small records, 500 at a time. */
    void putSmall(int count) {
        PutRecordsRequestEntry entry = PutRecordsRequestEntry.builder()
                .partitionKey("k")
                .data(SdkBytes.fromUtf8String("small"))
                .build();
        for (int left = count; left > 0; left -= 500) {
            List<PutRecordsRequestEntry> entries = Collections.nCopies(Math.min(500, left), entry);
            var put = kinesis.client().putRecords(r -> r.streamName(STREAM).records(entries));
            time.runUntil(put::isDone, PATIENCE);
            put.join();
        }
    }

    void split() {
        var split = kinesis.client()
                .splitShard(r -> r.streamName(STREAM).shardToSplit(SHARD).newStartingHashKey("1000"));
        time.runUntil(split::isDone, PATIENCE);
        advance(Duration.ofSeconds(1));
    }

    void advance(Duration duration) {
        time.advance(duration);
    }

    String sequenceNumber(int index) {
        return kinesis.records(STREAM).get(index).sequenceNumber();
    }

    List<Long> calls(String operation) {
        return calls.stream()
                .filter(call -> call.operation().equals(operation))
                .map(Made::nanos)
                .toList();
    }

    /** From one call to the next. */
    Duration gap(String operation, int index) {
        List<Long> made = calls(operation);
        return Duration.ofNanos(made.get(index) - made.get(index - 1));
    }

    /** How many records each read asked for. */
    List<Integer> limits() {
        return limits;
    }

    List<FetchedBatch> batches() {
        return batches;
    }

    int records() {
        return batches.stream().mapToInt(batch -> batch.records().size()).sum();
    }

    /** How many records each batch had that its source called answered before. */
    List<Integer> answers() {
        return answers;
    }

    List<String> failures() {
        return failures;
    }

    List<String> children() {
        return children;
    }

    PrefetchBudget budget() {
        return budget;
    }

    void releaseAll() {
        batches.forEach(batch -> budget.release(batch.heldBytes()));
    }

    @Override
    public void answered(ReadAnswer answer) {
        answered = true;
    }

    @Override
    public boolean isStarving() {
        return true;
    }

    @Override
    public boolean claimsEnd(boolean isNothingLeft, long sentNanos) {
        return isNothingLeft && closed;
    }

    @Override
    public void fetched(FetchedBatch batch) {
        batches.add(batch);
        if (answered) {
            answers.add(batch.records().size());
        }
        answered = false;
        if (stopsAtOnce) {
            source().stop();
        }
        if (keepsAsking) {
            budget.release(batch.heldBytes());
            source().request();
        }
    }

    @Override
    public void ended(List<ChildShard> named) {
        named.forEach(child -> children.add(child.shardId()));
    }

    @Override
    public void failed(Throwable failure, int inARow) {
        failures.add(ServiceErrors.code(failure) + " " + inARow);
    }
}
