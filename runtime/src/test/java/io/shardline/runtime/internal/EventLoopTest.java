package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopTest {

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess process = time.process("process");
    private final List<String> seen = new ArrayList<>();

    private final EventLoop loop = new EventLoop(platform(process), new EventLoop.Hooks() {
        @Override
        public void beforeTask() {
            seen.add("clock");
        }

        @Override
        public void afterBatch() {
            seen.add("batch");
        }
    });

    @Test
    void tasksOfOnePosterRunInTheirOrderAndInOneBatch() {
        for (String name : List.of("a", "b", "c")) {
            assertThat(loop.post(() -> seen.add(name))).isTrue();
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("clock", "a", "clock", "b", "clock", "c", "batch");
    }

    @Test
    void whatATaskPostsRunsAfterTheBatchItCameFrom() {
        loop.post(() -> loop.post(() -> seen.add("later")));
        loop.post(() -> seen.add("now"));
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).containsSubsequence("now", "batch", "later", "batch");
    }

    @Test
    void aTaskMayPostItselfAgain() {
        loop.post(new LoopTask() {
            private int runs;

            @Override
            protected void run() {
                seen.add("run");
                if (++runs < 3) {
                    loop.post(this);
                }
            }
        });
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).filteredOn("run"::equals).hasSize(3);
    }

    @Test
    void aFailingTaskTakesNoOtherWithIt() {
        loop.post(() -> {
            throw new IllegalStateException("expected by the test");
        });
        loop.post(() -> seen.add("next"));
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).contains("next");
    }

    @Test
    void aTimerRunsAtItsTimeUnlessItWasCancelled() {
        loop.schedule(TimeUnit.SECONDS.toNanos(5), () -> seen.add("five"));
        EventLoop.Timer cancelled = loop.schedule(TimeUnit.SECONDS.toNanos(4), () -> seen.add("four"));
        loop.post(cancelled::cancel);
        time.advance(Duration.ofSeconds(4));
        assertThat(seen).doesNotContain("five");
        time.advance(Duration.ofSeconds(2));
        assertThat(seen).contains("five").doesNotContain("four");
    }

    @Test
    void aTimerOfAClosedLoopDoesNotRun() {
        loop.schedule(TimeUnit.SECONDS.toNanos(5), () -> seen.add("five"));
        loop.post(loop::close);
        time.advance(Duration.ofSeconds(10));
        assertThat(seen).doesNotContain("five");
    }

    @Test
    void aClosingLoopRunsWhatItHasAndRefusesWhatComes() {
        loop.post(() -> {
            loop.post(() -> seen.add("was in the mailbox"));
            loop.close();
            assertThat(loop.post(() -> seen.add("too late"))).isFalse();
        });
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).contains("was in the mailbox").doesNotContain("too late");
    }

    @Test
    void aLoopWhoseExecutorWasShutDownRefusesTasks() {
        Platform platform = platform(process);
        EventLoop orphan = new EventLoop(platform, new EventLoop.Hooks() {});
        platform.loop().shutdown();
        assertThat(orphan.post(() -> seen.add("never"))).isFalse();
        assertThat(orphan.post(() -> seen.add("never"))).isFalse();
        orphan.schedule(1, () -> seen.add("never"));
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).isEmpty();
    }

    @Test
    void itKnowsWhetherTheCallerIsOneOfItsTasks() {
        assertThat(loop.isRunning()).isFalse();
        loop.post(() -> seen.add("running " + loop.isRunning()));
        time.advance(Duration.ofSeconds(1));
        assertThat(seen).contains("running true");
    }

    @Test
    void manyThreadsLoseNothingAndEachKeepsItsOrder() throws InterruptedException {
        int posters = 4;
        int each = 50_000;
        List<List<Integer>> arrived = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(posters * each);
        try (SystemPlatform system = SystemPlatform.start("test", 1)) {
            EventLoop real = new EventLoop(system.platform(), new EventLoop.Hooks() {});
            List<Thread> threads = new ArrayList<>();
            for (int p = 0; p < posters; p++) {
                List<Integer> mine = new ArrayList<>();
                arrived.add(mine);
                threads.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        int number = i;
                        real.post(() -> {
                            mine.add(number);
                            all.countDown();
                        });
                    }
                }));
            }
            threads.forEach(Thread::start);
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        }
        for (List<Integer> one : arrived) {
            assertThat(one).hasSize(each).isSorted();
        }
    }

    static Platform platform(SimulatedProcess process) {
        return new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 2),
                process.nanoTime(),
                process.wallClock(),
                process.random());
    }
}
