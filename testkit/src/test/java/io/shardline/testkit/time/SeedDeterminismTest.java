package io.shardline.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The first test of all: everything else rests on one seed being one run. Confined to one thread. */
class SeedDeterminismTest {
    /** Written down, so that every JDK has to agree; it changes only with a change of the simulation itself. */
    private static final long TRACE_OF_SEED_42 = 6867356686082195843L;

    @Test
    void oneSeedGivesOneTraceTwiceAndOnEveryJdk() {
        assertThat(traceHash(42)).isEqualTo(traceHash(42)).isEqualTo(TRACE_OF_SEED_42);
    }

    @Test
    void anotherSeedGivesAnotherTrace() {
        assertThat(traceHash(43)).isNotEqualTo(traceHash(42));
    }

    /** Three processes that drift, pause and die hand work to each other for ten simulated minutes. */
    private static long traceHash(long seed) {
        SimulatedTime time = new SimulatedTime(seed);
        SimulatedProcess[] processes = {time.process("a"), time.process("b"), time.process("c")};
        Executor[] pools = new Executor[processes.length];
        for (int i = 0; i < processes.length; i++) {
            pools[i] = processes[i].pool("pool", 3);
        }
        for (SimulatedProcess process : processes) {
            ScheduledExecutorService loop = process.executor("loop");
            process.driftPpm(process.random().nextInt(-10_000, 10_000));
            RandomGenerator random = process.random();
            loop.scheduleAtFixedRate(
                    () -> {
                        time.trace()
                                .record(
                                        process.name(),
                                        "beat " + process.nanoTime().getAsLong());
                        Executor pool = pools[random.nextInt(pools.length)];
                        pool.execute(() -> time.trace().record(process.name(), "gauss " + random.nextGaussian()));
                        loop.execute(() -> time.trace()
                                .record(
                                        process.name(),
                                        "wall " + process.wallClock().instant()));
                    },
                    0,
                    1 + random.nextLong(5_000),
                    TimeUnit.MILLISECONDS);
        }
        time.after(Duration.ofMinutes(2), "fate", () -> processes[0].pause(Duration.ofSeconds(30)));
        time.after(Duration.ofMinutes(4), "fate", () -> processes[1].jumpWallClock(Duration.ofSeconds(-7)));
        time.after(Duration.ofMinutes(6), "fate", processes[2]::kill);
        time.advance(Duration.ofMinutes(10));
        return time.trace().hash();
    }
}
