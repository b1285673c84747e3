package io.shardline.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Executors and pools of a simulated process. Confined to one thread. */
class SimulatedExecutorTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedTime time = new SimulatedTime(5);
    private final SimulatedProcess process = time.process("p");
    private final ScheduledExecutorService executor = process.executor("loop");
    private final List<Object> happened = new ArrayList<>();

    @Test
    void executedTasksRunFirstInFirstOut() {
        List<Object> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            expected.add(number);
            executor.execute(() -> happened.add(number));
        }
        time.advance(SECOND);

        assertThat(happened).isEqualTo(expected);
    }

    @Test
    void aTaskNeverRunsInsideTheCallThatHandsItOver() {
        executor.execute(() -> happened.add("task"));

        assertThat(happened).isEmpty();
    }

    @Test
    void aTimerThatIsDueGoesBeforeATaskHandedOverLater() {
        executor.schedule(() -> happened.add("timer"), 1, TimeUnit.MILLISECONDS);
        time.after(Duration.ofNanos(1_000_001), "test", () -> executor.execute(() -> happened.add("task")));
        process.pause(Duration.ofMillis(5));

        time.advance(SECOND);

        assertThat(happened).containsExactly("timer", "task");
    }

    @Test
    void aTimerRunsNoEarlierThanAskedAndHardlyLater() {
        executor.schedule(() -> happened.add(time.nowNanos()), 250, TimeUnit.MILLISECONDS);

        time.advance(SECOND);

        assertThat((Long) happened.get(0)).isBetween(250_000_000L, 250_050_000L);
    }

    @Test
    void aTimerForTheEndOfTimeNeverRuns() {
        executor.schedule(() -> happened.add("timer"), Long.MAX_VALUE, TimeUnit.DAYS);
        executor.schedule(() -> happened.add("other"), 1, TimeUnit.DAYS);

        time.advance(Duration.ofDays(3650));

        assertThat(happened).containsExactly("other");
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        ScheduledFuture<?> timer = executor.schedule(() -> happened.add("timer"), 1, TimeUnit.MILLISECONDS);
        executor.schedule(() -> happened.add("other"), 2, TimeUnit.MILLISECONDS);

        assertThat(timer.cancel(false)).isTrue();
        time.advance(SECOND);

        assertThat(happened).containsExactly("other");
    }

    @Test
    void aFixedRateDoesNotDriftAndAFixedDelayCountsFromTheEndOfEachRound() {
        executor.scheduleAtFixedRate(() -> happened.add("rate"), 0, 100, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> delayed =
                executor.scheduleWithFixedDelay(() -> happened.add("delay"), 0, 100, TimeUnit.MILLISECONDS);

        time.advance(Duration.ofMillis(999));
        delayed.cancel(false);
        time.advance(SECOND);

        assertThat(happened).filteredOn("rate"::equals).hasSize(20);
        assertThat(happened).filteredOn("delay"::equals).hasSize(10);
    }

    @Test
    void whatAnExecutedTaskThrowsFailsTheRun() {
        executor.execute(() -> {
            throw new IllegalStateException("broken task");
        });
        assertThatThrownBy(() -> time.advance(SECOND))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("p/loop failed")
                .hasMessageContaining("broken task")
                .hasMessageContaining("seed=5");
    }

    @Test
    void whatATimerThrowsFailsTheRun() {
        executor.schedule(
                () -> {
                    throw new IllegalStateException("broken timer");
                },
                1,
                TimeUnit.MILLISECONDS);
        assertThatThrownBy(() -> time.advance(SECOND)).hasMessageContaining("broken timer");
    }

    @Test
    void whatASubmittedTaskThrowsIsInItsFuture() {
        Future<Object> future = executor.submit(() -> {
            throw new IllegalStateException("broken task");
        });
        time.advance(SECOND);

        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("broken task");
    }

    @Test
    void aSubmittedTaskHasItsResultInItsFuture() throws Exception {
        Future<String> future = executor.submit(() -> "done");
        time.advance(SECOND);

        assertThat(future.get()).isEqualTo("done");
    }

    @Test
    void afterShutdownWhatIsQueuedRunsAndNothingElseIsTaken() throws InterruptedException {
        executor.execute(() -> happened.add("queued"));
        executor.scheduleAtFixedRate(() -> happened.add("periodic"), 1, 1, TimeUnit.SECONDS);
        executor.shutdown();

        assertThat(executor.awaitTermination(1, TimeUnit.HOURS)).isFalse();
        assertThatThrownBy(() -> executor.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("p/loop");
        time.advance(Duration.ofSeconds(5));
        assertThat(happened).containsExactly("queued");
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void shutdownNowReturnsWhatNeverRan() {
        executor.execute(() -> happened.add("one"));
        executor.schedule(() -> happened.add("two"), 1, TimeUnit.SECONDS);

        assertThat(executor.shutdownNow()).hasSize(2);
        time.advance(Duration.ofSeconds(5));
        assertThat(happened).isEmpty();
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void callsThatWouldBlockAreRefused() {
        assertThatThrownBy(() -> executor.invokeAll(List.of()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("invokeAll on p/loop would block");
    }

    @Test
    void tasksOfAPoolOvertakeEachOtherDifferentlyForEachSeed() {
        Set<String> orders = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            orders.add(poolOrder(seed, 3));
        }
        assertThat(orders).hasSizeGreaterThan(10);
    }

    @Test
    void aPoolWithOneThreadKeepsTheOrder() {
        assertThat(IntStream.range(0, 50).mapToObj(seed -> poolOrder(seed, 1))).containsOnly("abcd");
    }

    private static String poolOrder(int seed, int threads) {
        SimulatedTime other = new SimulatedTime(seed);
        Executor pool = other.process("p").pool("pool", threads);
        StringBuilder order = new StringBuilder();
        List.of("a", "b", "c", "d").forEach(name -> pool.execute(() -> order.append(name)));
        other.advance(SECOND);
        return order.toString();
    }
}
