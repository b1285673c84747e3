package io.shardline.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The queue of events. Confined to one thread. */
class SimulatedTimeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedTime time = new SimulatedTime(5);
    private final List<String> happened = new ArrayList<>();

    @Test
    void eventsRunInTheOrderOfTheirTimes() {
        time.after(Duration.ofSeconds(3), "test", () -> happened.add("third"));
        time.after(Duration.ofSeconds(1), "test", () -> happened.add("first"));
        time.after(Duration.ofSeconds(2), "test", () -> happened.add("second"));

        time.advance(Duration.ofSeconds(3));

        assertThat(happened).containsExactly("first", "second", "third");
    }

    @Test
    void timeAdvancesByExactlyWhatWasAsked() {
        time.after(Duration.ofMillis(300), "test", () -> happened.add("within"));
        time.after(Duration.ofMillis(1001), "test", () -> happened.add("beyond"));

        time.advance(SECOND);

        assertThat(time.nowNanos()).isEqualTo(SECOND.toNanos());
        assertThat(time.instant()).isEqualTo(SimulatedTime.EPOCH.plus(SECOND));
        assertThat(happened).containsExactly("within");
    }

    @Test
    void eventsOfOneInstantRunInDifferentOrdersForDifferentSeeds() {
        Set<String> orders = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimulatedTime other = new SimulatedTime(seed);
            StringBuilder order = new StringBuilder();
            List.of("a", "b", "c").forEach(name -> other.after(SECOND, name, () -> order.append(name)));
            other.advance(SECOND);
            orders.add(order.toString());
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void aGoalThatNothingLeadsToFailsWithTheSeed() {
        assertThatThrownBy(() -> time.runUntil(() -> false, SECOND))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("quiescent before goal")
                .hasMessageContaining("seed=5");
    }

    @Test
    void aGoalThatTakesTooLongFailsWithTheSeed() {
        tickForever();

        assertThatThrownBy(() -> time.runUntil(() -> false, SECOND))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no progress within PT1S")
                .hasMessageContaining("seed=5");
    }

    private void tickForever() {
        time.after(Duration.ofMillis(10), "tick", this::tickForever);
    }

    @Test
    void theRunEndsAsSoonAsTheGoalIsReached() {
        tickForever();

        time.runUntil(() -> time.nowNanos() >= 50_000_000, SECOND);

        assertThat(time.nowNanos()).isEqualTo(50_000_000);
    }

    @Test
    void aViolatedInvariantFailsTheRunAtTheEventThatBrokeIt() {
        time.onEachEvent(() -> {
            if (happened.contains("bad")) {
                throw new AssertionError("something bad happened");
            }
        });
        time.after(Duration.ofMillis(1), "good guy", () -> happened.add("good"));
        time.after(Duration.ofMillis(2), "bad guy", () -> happened.add("bad"));
        time.after(Duration.ofMillis(3), "late guy", () -> happened.add("late"));

        assertThatThrownBy(() -> time.advance(SECOND))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("bad guy failed")
                .hasMessageContaining("something bad happened")
                .hasMessageContaining("seed=5 at 0.002000000s")
                .hasMessageContaining("0.001000000s good guy: runs");
        assertThat(happened).containsExactly("good", "bad");
    }

    @Test
    void timeCannotBeMovedFromInsideAnEvent() {
        time.after(SECOND, "test", () -> time.advance(SECOND));

        assertThatThrownBy(() -> time.advance(SECOND)).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNameOfAProcessIsNeverUsedTwice() {
        time.process("a").kill();

        assertThatThrownBy(() -> time.process("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(": a");
    }

    @Test
    void theTraceKeepsItsLastLinesAndAHashOfAll() {
        for (int i = 0; i < 1000; i++) {
            time.trace().record("counter", "counts " + i);
        }
        long hash = time.trace().hash();
        time.trace().record("counter", "counts 1000");

        assertThat(time.trace().tail().lines()).hasSize(400).first().isEqualTo("0.000000000s counter: counts 601");
        assertThat(time.trace().lines()).isEqualTo(1001);
        assertThat(time.trace().hash()).isNotEqualTo(hash);
    }
}
