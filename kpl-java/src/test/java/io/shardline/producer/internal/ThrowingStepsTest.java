package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.mutants.SourceMutant;
import io.shardline.producer.CloseReport;
import io.shardline.producer.OnLoss;
import io.shardline.producer.ProducerConfig;
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
        for (int i = 1; i <= none.count; i++) {
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
                inside("StoppedRanges", "if (!ranges.contains(range)) {"));
    }

    /** Some places inside the producer throw as well, once each. */
    @ParameterizedTest
    @MethodSource("places")
    void everyFutureCompletesWhicheverPlaceThrows(SourceMutant place) throws Exception {
        String own = ThrowingStepsTest.class.getName();
        Constructor<?> run = place.load(ThrowingStepsTest.class.getPackageName() + ".")
                .loadClass(own + "$Inside")
                .getDeclaredConstructor();
        run.setAccessible(true);
        ((Runnable) run.newInstance()).run();
    }

    private static SourceMutant inside(String type, String before) {
        return new SourceMutant(
                ThrowingStepsTest.class.getPackageName() + "." + type,
                before,
                "ThrowingStepsTest.Inside.step(); " + before);
    }

    /** Lives in which one place of the source is a step; the class loader of the source that has it loads it, too. */
    static final class Inside implements Runnable {

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
                    ThrowingStepsTest::putByNameAndArn);
            assertThat(lives.stream().mapToInt(Inside::throwAtEachStep).sum()).isPositive();
        }

        /** How many steps there are. */
        private static int throwAtEachStep(Runnable life) {
            int count = 1;
            for (int i = 0; i <= count; i++) {
                steps = new Steps(i, () -> new OutOfMemoryError("thrown by the test"));
                steps.enabled = true;
                life.run();
                count = i == 0 ? steps.count : count;
            }
            return count;
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

    private static void putByNameAndArn() {
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
    }

    /** Its threads survive what their tasks throw. */
    private static ProducerLoop withoutSteps(ProducerWorld world, ProducerConfig config) {
        Steps none = new Steps(0, IllegalStateException::new);
        return ProducerLoop.start(config, OwnedResources.of(world.client, platform(world, none)));
    }

    /** Without a close, which would give up what is left. */
    private static void checkDone(
            ProducerWorld world, ProducerLoop producer, List<CompletableFuture<PutReceipt>> puts) {
        world.advance(Duration.ofMinutes(1));
        assertThat(puts.stream().filter(put -> !put.isDone()))
                .as("open records")
                .isEmpty();
        assertThat(producer.freeBudget()).as("budget").isEqualTo(CONFIG.memoryBudget());
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
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            try {
                puts.add(producer.put(stream, UserRecord.of("key-" + i, new byte[10])));
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
