package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.mutants.SourceMutant;
import io.shardline.producer.CloseReport;
import io.shardline.producer.FailureReason;
import io.shardline.producer.FullBudget;
import io.shardline.producer.OnLoss;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.testkit.Fault;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The last line of defence: whatever the producer asks of its platform, its client or its listener throws once, at every step of a
 * life in turn. Then every future completes all the same, the memory comes back, and flush and close return.
 */
class ThrowingStepsTest {

    private static final ProducerConfig CONFIG =
            ProducerConfig.builder().recordTtl(Duration.ofMinutes(1)).build();

    private static final Fault UNAVAILABLE = new Fault.ServiceFailure("ServiceUnavailable", 503);

    private static final int RECORDS = 12;

    private static final int SMALL_BUDGET = 8_192;

    private static final int ONE_RECORD = 3_072;

    /** Counts the steps of one life, and throws at one of them. */
    private static final class Steps {

        private final int throwing;
        private final Supplier<Throwable> thrown;
        private int count;
        private boolean enabled;

        Steps(int throwing, Supplier<Throwable> thrown) {
            this.throwing = throwing;
            this.thrown = thrown;
        }

        void step() {
            if (enabled && ++count == throwing) {
                Throwable now = thrown.get();
                now.setStackTrace(new StackTraceElement[0]); // it is logged, hundreds of times
                if (now instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) now;
            }
        }
    }

    @ParameterizedTest(name = "exhausted {0}, stuck {1}")
    @CsvSource({"true,false", "false,false", "true,true", "false,true"})
    void everyFutureCompletesWhicheverStepThrows(boolean exhausted, boolean isStuck) {
        Supplier<Throwable> thrown = exhausted
                ? () -> new OutOfMemoryError("thrown by the test")
                : () -> new IllegalStateException("thrown by the test");
        Steps none = new Steps(0, thrown);
        live(none, isStuck);
        assertThat(none.count).isGreaterThan(100);
        int first =
                exhausted == isStuck ? 1 : 2; // each step with an end of each kind, and with a throwable of each kind
        for (int i = first; i <= none.count; i += 2) {
            Steps steps = new Steps(i, thrown);
            try {
                live(steps, isStuck);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("step " + i + " of " + none.count, e);
            }
        }
    }

    static Stream<SourceMutant> places() {
        return Stream.of(
                inside("OpenAggregate", "if (!records.isEmpty() && !builder().tryAdd("),
                inside("OpenAggregate", "present.tryAdd(first().entry"),
                inside("OpenAggregate", "records.add(pending);"),
                inside("PendingRecord", "return new PutReceipt("),
                inside("PendingRecord", "tell(new PutFailedException(reason, message("),
                inside("Outcomes", "last = new Finished(epoch);"),
                inside("Outcomes", "decided.add(new GivenUp("),
                inside("Outcomes", "decided.add(new Acknowledged("),
                inside("RecordQueue", "records = larger;"),
                inside("ShardLane", "if (!behind.isEmpty() || !tryFill("),
                inside("StreamLanes", "refresh.request();\n    }\n\n    /** A record is lost"),
                inside("StreamLanes", "List<ShardLane> stillDraining ="),
                inside("StoppedRanges", "if (!ranges.contains(range)) {"),
                inside("ProducerLoop", "StreamShare.Lane share = StreamShare.UNCOUNTED;"),
                inside("ProducerLoop", "}\n\n    /** To be called with records before their bytes"), // behind giveBack
                inside("StreamLanes", "context.outcomes().failed(pending, reason, why);\n        if (context"),
                inside("ShardLane", "LaneLoad load = new LaneLoad("),
                inside("ShardLane", "taken.add(RequestEntry.alone(next));"),
                inside("NextLoad", "taken.add(next.seal());"),
                inside("RequestDispatch", "PutRequest request = new PutRequest("),
                inside("RequestDispatch", "inFlight.add(request);"),
                inside("RecordIntake", "loop.post(() -> loopIsTold.set(false));"));
    }

    /** Some places inside the producer throw as well, once each. */
    @ParameterizedTest
    @MethodSource("places")
    void everyFutureCompletesWhicheverPlaceThrows(SourceMutant place) throws Exception {
        run("Inside", place);
    }

    static Stream<SourceMutant> ways() {
        return Stream.of(
                poisoned("StreamLanes", "if (stopped.contains(pending.hashKey())) {\n            context"),
                poisoned("ShardLane", "if (!behind.isEmpty() || !tryFill("));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRecordThatThrowsAtEachTryIsGivenUp(SourceMutant way) throws Exception {
        run("Poisoned", way);
    }

    private static void run(String lives, SourceMutant source) throws Exception {
        String own = ThrowingStepsTest.class.getName();
        Constructor<?> run = source.load(ThrowingStepsTest.class.getPackageName() + ".")
                .loadClass(own + "$" + lives)
                .getDeclaredConstructor();
        run.setAccessible(true);
        ((Runnable) run.newInstance()).run();
    }

    private static SourceMutant poisoned(String type, String before) {
        return new SourceMutant(
                ThrowingStepsTest.class.getPackageName() + "." + type,
                before,
                "ThrowingStepsTest.Poisoned.pass(pending); " + before);
    }

    /** Lives in which a place of the source throws whenever one record comes by. */
    static final class Poisoned implements Runnable {

        private static final String KEY = "key-3";

        static void pass(PendingRecord pending) {
            if (pending.record.partitionKey().equals(KEY)) {
                IllegalStateException thrown = new IllegalStateException("thrown by the test");
                thrown.setStackTrace(new StackTraceElement[0]);
                throw thrown;
            }
        }

        @Override
        public void run() {
            check(ThrowingStepsTest::putBeforeShardsAreListed);
            check(ThrowingStepsTest::putByNameAndArn);
        }

        private static void check(Supplier<List<CompletableFuture<PutReceipt>>> life) {
            List<CompletableFuture<PutReceipt>> puts = life.get();
            for (int i = 0; i < puts.size(); i++) {
                CompletableFuture<PutReceipt> put = puts.get(i);
                assertThat(put.isCompletedExceptionally()).as("record " + i).isEqualTo(i % RECORDS == 3);
                if (put.isCompletedExceptionally()) {
                    assertThatThrownBy(put::join)
                            .cause()
                            .isInstanceOfSatisfying(
                                    PutFailedException.class,
                                    failure -> assertThat(failure.reason()).isEqualTo(FailureReason.INTERNAL_ERROR));
                }
            }
        }
    }

    private static SourceMutant inside(String type, String before) {
        return new SourceMutant(
                ThrowingStepsTest.class.getPackageName() + "." + type,
                before,
                "ThrowingStepsTest.Inside.step(); " + before);
    }

    /** Lives in which one place of the source is a step; the class loader of the source that has it loads it, too. */
    static final class Inside implements Runnable {

        private static final int SAMPLES = 8;

        private static Steps steps = new Steps(0, IllegalStateException::new);

        static void step() {
            steps.step();
        }

        @Override
        public void run() {
            List<Runnable> lives = List.of(
                    () -> live(new Steps(0, IllegalStateException::new), true),
                    ThrowingStepsTest::loseRecords,
                    ThrowingStepsTest::goWithoutShards,
                    ThrowingStepsTest::putByNameAndArn,
                    ThrowingStepsTest::expireUnlisted,
                    ThrowingStepsTest::putWithoutAggregates,
                    ThrowingStepsTest::waitForRoom,
                    ThrowingStepsTest::waitForTheOnlyRoom);
            assertThat(lives.stream().mapToInt(Inside::throwAtSteps).sum()).isPositive();
        }

        /** How many steps there are. */
        private static int throwAtSteps(Runnable life) {
            int count = liveThrowingAt(0, life);
            sample(count).forEach(i -> {
                try {
                    liveThrowingAt(i, life);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("step " + i + " of " + count, e);
                }
            });
            return count;
        }

        private static int liveThrowingAt(int step, Runnable life) {
            steps = new Steps(step, () -> new OutOfMemoryError("thrown by the test"));
            steps.enabled = true;
            life.run();
            return steps.count;
        }

        /** The first steps, where one record differs most from the next, and of the others as many, evenly spread up to the last. */
        private static IntStream sample(int count) {
            return count <= 2 * SAMPLES
                    ? IntStream.rangeClosed(1, count)
                    : IntStream.rangeClosed(1, 2 * SAMPLES)
                            .map(i -> i <= SAMPLES ? i : SAMPLES + (i - SAMPLES) * (count - SAMPLES) / SAMPLES);
        }
    }

    /** Records wait for the shards, then some are lost, and what is behind them may not be sent. */
    private static void loseRecords() {
        ProducerConfig config =
                ProducerConfig.builder().noRecordTtl().onLoss(OnLoss.STOP_LANE).build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        Instant listed = world.kinesis.now().plusMillis(500);
        world.kinesis.faults().on("ListShards").until(listed).inject(UNAVAILABLE);
        world.kinesis.faults().on("PutRecords").until(listed.plusMillis(500)).inject(new Fault.Throttle());
        world.kinesis.faults().on("PutRecords").inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            puts.addAll(put(producer));
            world.advance(Duration.ofMillis(400));
        }
        checkDone(world, producer, puts);
    }

    private static void goWithoutShards() {
        ProducerConfig config = ProducerConfig.builder().noRecordTtl().build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        Instant refused = world.kinesis.now().plusMillis(300);
        world.kinesis.faults().on("ListShards").until(refused).inject(UNAVAILABLE);
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("AccessDeniedException", 400));
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.addAll(put(producer));
        puts.addAll(put(producer));
        checkDone(world, producer, puts);
    }

    private static List<CompletableFuture<PutReceipt>> putBeforeShardsAreListed() {
        ProducerConfig config = ProducerConfig.builder().noRecordTtl().build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        Instant listed = world.kinesis.now().plusMillis(300);
        world.kinesis.faults().on("ListShards").until(listed).inject(UNAVAILABLE);
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.addAll(put(producer));
        puts.addAll(put(producer));
        checkDone(world, producer, puts);
        return puts;
    }

    private static List<CompletableFuture<PutReceipt>> putByNameAndArn() {
        ProducerConfig config = ProducerConfig.builder().noRecordTtl().build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        String arn = world.get(world.admin.describeStreamSummary(r -> r.streamName(STREAM)))
                .streamDescriptionSummary()
                .streamARN();
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.addAll(put(producer));
        puts.addAll(put(producer, arn));
        puts.addAll(put(producer));
        checkDone(world, producer, puts);
        return puts;
    }

    /** Their time to live ends before the shards can be listed. */
    private static void expireUnlisted() {
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofSeconds(1)).build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        world.kinesis
                .faults()
                .on("ListShards")
                .until(world.kinesis.now().plusSeconds(5))
                .inject(UNAVAILABLE);
        ProducerLoop producer = withoutSteps(world, config);
        checkDone(world, producer, put(producer));
    }

    /** Each partition key twice, hence one of them is passed over. */
    private static void putWithoutAggregates() {
        ProducerConfig config =
                ProducerConfig.builder().noRecordTtl().aggregationEnabled(false).build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>(put(producer));
        puts.addAll(put(producer));
        checkDone(world, producer, puts);
    }

    private static void waitForRoom() {
        ProducerConfig config = ProducerConfig.builder()
                .noRecordTtl()
                .maxRecordSize(1024)
                .memoryBudget(SMALL_BUDGET)
                .fullBudget(FullBudget.COMPLETE_LATER)
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>(put(producer));
        puts.addAll(put(producer));
        puts.addAll(put(producer));
        CompletableFuture<Void> flush = producer.flush();
        world.advance(Duration.ofMinutes(1));
        assertThat(flush).as("flush").isDone();
        checkDone(world, producer, puts, SMALL_BUDGET);
    }

    /** One record fills the budget, and those that wait for its room let it linger no more. */
    private static void waitForTheOnlyRoom() {
        ProducerConfig config = ProducerConfig.builder()
                .noRecordTtl()
                .maxRecordSize(1024)
                .memoryBudget(ONE_RECORD)
                .fullBudget(FullBudget.COMPLETE_LATER)
                .linger(Duration.ofHours(1))
                .build();
        ProducerWorld world = ProducerWorld.healthy(config, 2);
        ProducerLoop producer = withoutSteps(world, config);
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>(put(producer, STREAM, 1, 1000));
        world.advance(Duration.ofSeconds(10));
        puts.addAll(put(producer, STREAM, 2, 1000));
        world.advance(Duration.ofSeconds(10));
        assertThat(puts.get(0)).as("the first").isDone();
        CompletableFuture<Void> flush = producer.flush();
        checkDone(world, producer, puts, ONE_RECORD);
        assertThat(flush).as("flush").isDone();
    }

    /** Its threads survive what their tasks throw. */
    private static ProducerLoop withoutSteps(ProducerWorld world, ProducerConfig config) {
        Steps none = new Steps(0, IllegalStateException::new);
        return ProducerLoop.start(config, OwnedResources.of(world.client, platform(world, none)));
    }

    /** Without a close, which would give up what is left. */
    private static void checkDone(
            ProducerWorld world, ProducerLoop producer, List<CompletableFuture<PutReceipt>> puts) {
        checkDone(world, producer, puts, CONFIG.memoryBudget());
    }

    private static void checkDone(
            ProducerWorld world, ProducerLoop producer, List<CompletableFuture<PutReceipt>> puts, long budget) {
        world.advance(Duration.ofMinutes(1));
        assertThat(puts.stream().filter(put -> !put.isDone()))
                .as("open records")
                .isEmpty();
        assertThat(producer.freeBudget()).as("budget").isEqualTo(budget);
        CompletableFuture<CloseReport> close = producer.close(Duration.ofSeconds(5));
        world.advance(Duration.ofSeconds(6));
        assertThat(close).as("close").isDone();
    }

    /** @param isStuck whether records are left at the limit of the close */
    private static void live(Steps steps, boolean isStuck) {
        ProducerWorld world = ProducerWorld.healthy(CONFIG, 2);
        world.client.check = request -> steps.step();
        ProducerLoop producer = ProducerLoop.start(
                CONFIG, OwnedResources.of(world.client, platform(world, steps)), event -> steps.step());
        world.kinesis
                .faults()
                .on("PutRecords")
                .until(world.kinesis.now().plusMillis(300))
                .inject(new Fault.Throttle());
        steps.enabled = true;
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.addAll(put(producer));
        world.advance(Duration.ofMillis(200));
        world.split("shardId-000000000000");
        puts.addAll(put(producer));
        CompletableFuture<Void> ready = producer.ready(STREAM);
        CompletableFuture<Void> flush = producer.flush();
        world.advance(Duration.ofMinutes(3));

        assertThat(puts.stream().filter(put -> !put.isDone())).as("records").isEmpty();
        assertThat(ready).as("ready").isDone();
        assertThat(flush).as("flush").isDone();
        if (isStuck) {
            world.kinesis.faults().on("PutRecords").inject(new Fault.Throttle());
        }
        puts.addAll(put(producer));
        CompletableFuture<CloseReport> close = producer.close(Duration.ofSeconds(5));
        world.advance(Duration.ofSeconds(6));
        assertThat(close).as("close").isDone();
        assertThat(puts.stream().filter(put -> !put.isDone()))
                .as("records at the end")
                .isEmpty();
        assertThat(producer.freeBudget()).as("budget").isEqualTo(CONFIG.memoryBudget());
    }

    private static List<CompletableFuture<PutReceipt>> put(ProducerLoop producer) {
        return put(producer, STREAM);
    }

    private static List<CompletableFuture<PutReceipt>> put(ProducerLoop producer, String stream) {
        return put(producer, stream, RECORDS, 10);
    }

    private static List<CompletableFuture<PutReceipt>> put(
            ProducerLoop producer, String stream, int records, int bytes) {
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            try {
                puts.add(producer.put(stream, UserRecord.of("key-" + i, new byte[bytes])));
            } catch (IllegalStateException | OutOfMemoryError e) {
                assertThat(e).hasMessage("thrown by the test"); // the caller hears of it
            }
        }
        return puts;
    }

    private static Platform platform(ProducerWorld world, Steps steps) {
        Platform real = world.platform;
        RandomGenerator random = real.random();
        return new Platform(
                stepping(world.process.executor("stepping-loop"), steps),
                stepping(real.io(), steps),
                stepping(real.priorityIo(), steps),
                stepping(real.userCode(), steps),
                () -> {
                    steps.step();
                    return real.nanoTime().getAsLong();
                },
                real.wallClock(),
                () -> {
                    steps.step();
                    return random.nextLong();
                });
    }

    private static Executor stepping(Executor executor, Steps steps) {
        return task -> {
            steps.step();
            executor.execute(() -> runAsAThreadOfAPool(task));
        };
    }

    /** A pool survives what its tasks throw. */
    private static void runAsAThreadOfAPool(Runnable task) {
        try {
            task.run();
        } catch (IllegalStateException | OutOfMemoryError e) {
            assertThat(e).hasMessage("thrown by the test");
        }
    }

    private static ScheduledExecutorService stepping(ScheduledExecutorService executor, Steps steps) {
        return (ScheduledExecutorService) Proxy.newProxyInstance(
                ThrowingStepsTest.class.getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("execute") || method.getName().equals("schedule")) {
                        steps.step();
                    }
                    try {
                        return method.invoke(executor, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
