package io.shardline.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Clocks, pauses and death of a simulated process. Confined to one thread. */
class SimulatedProcessTest {
    private final SimulatedTime time = new SimulatedTime(5);
    private final SimulatedProcess process = time.process("p");
    private final ScheduledExecutorService executor = process.executor("loop");
    private final List<Object> happened = new ArrayList<>();

    @Test
    void aDriftingClockRunsFastByThatMuch() {
        process.driftPpm(10_000);
        long before = process.nanoTime().getAsLong();
        time.advance(Duration.ofDays(30));

        assertThat(process.nanoTime().getAsLong() - before)
                .isEqualTo(Duration.ofDays(30).toNanos() / 100 * 101);
    }

    @Test
    void aClockDoesNotJumpWhenItsDriftChanges() {
        process.driftPpm(-5_000);
        time.advance(Duration.ofHours(1));
        long before = process.nanoTime().getAsLong();
        process.driftPpm(5_000);

        assertThat(process.nanoTime().getAsLong()).isEqualTo(before);
    }

    @Property(tries = 200)
    void timersFollowTheProcessOwnClock(
            @ForAll @IntRange(min = -100_000, max = 100_000) int drift,
            @ForAll @IntRange(min = 1, max = 3_600_000) int millis) {
        SimulatedTime world = new SimulatedTime(drift);
        SimulatedProcess drifting = world.process("p");
        drifting.driftPpm(drift);
        long start = drifting.nanoTime().getAsLong();
        long[] ranAfter = new long[1];
        drifting.executor("loop")
                .schedule(() -> ranAfter[0] = drifting.nanoTime().getAsLong() - start, millis, TimeUnit.MILLISECONDS);
        world.advance(Duration.ofHours(2));

        long asked = millis * 1_000_000L;
        // A first-order correction wakes up to 1 % too late at the wildest drift, never too early.
        assertThat(ranAfter[0]).isBetween(asked, asked + asked / 50 + 1_000_000);
    }

    @Test
    void anAbsurdDriftIsRefused() {
        assertThatThrownBy(() -> process.driftPpm(100_001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100001");
    }

    @Test
    void theWallClockIsWrongByLessThanHalfASecondAndJumps() {
        assertThat(process.wallClock().instant())
                .isBetween(time.instant().minusMillis(500), time.instant().plusMillis(500));

        long monotonic = process.nanoTime().getAsLong();
        long before = process.wallClock().millis();
        process.jumpWallClock(Duration.ofHours(-1));

        assertThat(process.wallClock().millis()).isEqualTo(before - 3_600_000);
        assertThat(process.nanoTime().getAsLong()).isEqualTo(monotonic);
    }

    @Test
    void nothingRunsDuringAPauseAndEverythingAfterwardsInOrder() {
        executor.execute(() -> happened.add("task"));
        executor.schedule(() -> happened.add("timer of 3 s"), 3, TimeUnit.SECONDS);
        executor.schedule(() -> happened.add("timer of 2 s"), 2, TimeUnit.SECONDS);
        process.pause(Duration.ofSeconds(10));
        time.advance(Duration.ofSeconds(9));
        assertThat(happened).isEmpty();

        time.advance(Duration.ofSeconds(2));

        assertThat(happened).containsExactly("task", "timer of 2 s", "timer of 3 s");
    }

    @Test
    void anEventThatWasUnderWayWhenThePauseBeganWaitsToo() {
        executor.schedule(() -> happened.add(time.nowNanos()), 1, TimeUnit.SECONDS);
        time.after(Duration.ofMillis(500), "fate", () -> process.pause(Duration.ofSeconds(10)));

        time.advance(Duration.ofSeconds(20));

        assertThat((Long) happened.get(0)).isGreaterThanOrEqualTo(10_500_000_000L);
    }

    @Test
    void otherProcessesGoOnWhileOnePauses() {
        process.pause(Duration.ofSeconds(10));
        time.process("q").executor("loop").execute(() -> happened.add("q"));

        time.advance(Duration.ofSeconds(1));

        assertThat(happened).containsExactly("q");
    }

    @Test
    void nothingOfAKilledProcessRunsAgain() {
        executor.schedule(() -> happened.add("timer"), 1, TimeUnit.SECONDS);
        process.kill();
        executor.execute(() -> happened.add("task"));
        process.pool("pool", 2).execute(() -> happened.add("pooled"));

        time.advance(Duration.ofMinutes(1));

        assertThat(happened).isEmpty();
        assertThat(process.isAlive()).isFalse();
    }
}
