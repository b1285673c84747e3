package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.mutants.SourceMutant;
import io.shardline.producer.CloseReport;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The last line of defence: whatever the producer asks of its platform, its client or its listener throws once, at every step of a
 * life in turn. Then every future completes all the same, the memory comes back, and flush and close return.
 */
class ThrowingStepsTest {

    private static final ProducerConfig CONFIG =
            ProducerConfig.builder().recordTtl(Duration.ofMinutes(1)).build();

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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyFutureCompletesWhicheverStepThrows(boolean exhausted) {
        Supplier<Throwable> thrown = exhausted
                ? () -> new OutOfMemoryError("thrown by the test")
                : () -> new IllegalStateException("thrown by the test");
        Steps none = new Steps(0, thrown);
        live(none, false);
        assertThat(none.count).isGreaterThan(100);
        for (int i = 1; i <= none.count; i++) {
            Steps steps = new Steps(i, thrown);
            try {
                live(steps, false);
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
                inside("Outcomes", "last = new Finished(epoch);"));
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
            Supplier<Throwable> thrown = () -> new OutOfMemoryError("thrown by the test");
            int count = 1;
            for (int i = 0; i <= count; i++) {
                steps = new Steps(i, thrown);
                Steps outside = new Steps(0, thrown);
                steps.enabled = true;
                live(outside, true);
                count = i == 0 ? steps.count : count;
            }
            assertThat(count).isPositive();
        }
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

        assertThat(puts).as("records").allMatch(CompletableFuture::isDone);
        assertThat(ready).as("ready").isDone();
        assertThat(flush).as("flush").isDone();
        if (isStuck) {
            world.kinesis.faults().on("PutRecords").inject(new Fault.Throttle());
        }
        puts.addAll(put(producer));
        CompletableFuture<CloseReport> close = producer.close(Duration.ofSeconds(5));
        world.advance(Duration.ofSeconds(6));
        assertThat(close).as("close").isDone();
        assertThat(puts).as("records at the end").allMatch(CompletableFuture::isDone);
        assertThat(producer.freeBudget()).as("budget").isEqualTo(CONFIG.memoryBudget());
    }

    private static List<CompletableFuture<PutReceipt>> put(ProducerLoop producer) {
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            try {
                puts.add(producer.put(STREAM, UserRecord.of("key-" + i, new byte[10])));
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
