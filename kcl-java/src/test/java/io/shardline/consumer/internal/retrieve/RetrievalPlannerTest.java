package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Described;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Mode;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Plan;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetrievalPlannerTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final Wish WISH = new Wish(10, null, Duration.ofSeconds(1));
    private static final Described PROVISIONED = new Described(Mode.PROVISIONED, 4, 0);
    private static final Described ON_DEMAND = new Described(Mode.ON_DEMAND, 4, 0);
    private static final ReadPressure THROTTLED = new ReadPressure(1, 0, 0, 0);
    private static final ReadPressure LAGGING = new ReadPressure(1, 1, 0, 1);

    private final RetrievalPlanner planner = new RetrievalPlanner(RetrievalRules.DEFAULT);

    private Plan plan(RetrievalChoice current, ReadPressure pressure, Described stream) {
        return planner.plan(NOW, current, pressure, stream, WISH);
    }

    private static RetrievalChoice fanOut(Duration age, Duration stay) {
        return new RetrievalChoice(true, NOW.minus(age), "lag", stay, true, 1);
    }

    private static RetrievalChoice given(Plan plan) {
        RetrievalChoice next = plan.next();
        if (next == null) {
            throw new AssertionError(plan);
        }
        return next;
    }

    @Test
    void lagMakesItSwitchWhateverTheStreamCosts() {
        assertThat(plan(RetrievalChoice.FIRST, LAGGING, PROVISIONED).next())
                .isEqualTo(new RetrievalChoice(true, NOW, "lag", HOUR, false, 1));
        assertThat(given(plan(RetrievalChoice.FIRST, LAGGING, ON_DEMAND)).isFanOut())
                .isTrue();
    }

    @Test
    void throttlesAloneAreAReasonOnlyOnDemand() {
        assertThat(plan(RetrievalChoice.FIRST, THROTTLED, PROVISIONED)).isEqualTo(new Plan(null, null));
        assertThat(given(plan(RetrievalChoice.FIRST, THROTTLED, ON_DEMAND)).why())
                .isEqualTo(RetrievalReason.THROTTLES.word());
    }

    @Test
    void latencyBelowThatOfPollingIsAReasonByItself() {
        Wish quick = new Wish(10, Duration.ofMillis(200), Duration.ofSeconds(1));

        assertThat(planner.isQuiet(RetrievalChoice.FIRST, ReadPressure.NONE, quick))
                .isFalse();
        RetrievalChoice next = given(planner.plan(NOW, RetrievalChoice.FIRST, ReadPressure.NONE, PROVISIONED, quick));
        assertThat(next.why()).isEqualTo(RetrievalReason.LATENCY.word());
        Instant later = NOW.plus(Duration.ofDays(9));
        assertThat(planner.plan(later, next, ReadPressure.NONE, PROVISIONED, quick))
                .isEqualTo(new Plan(null, null));
    }

    @Test
    void whatHindersASwitchIsSaid() {
        assertThat(plan(RetrievalChoice.FIRST, LAGGING, new Described(Mode.ON_DEMAND, 11, 0)))
                .isEqualTo(new Plan(null, "its 11 open shards are more than maxFanOutShards, 10"));
        assertThat(plan(RetrievalChoice.FIRST, LAGGING, new Described(Mode.ON_DEMAND, 4, 20)))
                .isEqualTo(new Plan(null, "it has 20 registered consumers, as many as there may be"));
        RetrievalChoice ours = RetrievalChoice.FIRST.owned(true);
        assertThat(given(plan(ours, LAGGING, new Described(Mode.ON_DEMAND, 4, 20)))
                        .isFanOut())
                .isTrue();
    }

    @Test
    void itGoesBackOnceItsTimeIsOverAndNothingNeedsIt() {
        Duration almost = HOUR.minusSeconds(1);
        assertThat(plan(fanOut(almost, HOUR), ReadPressure.NONE, ON_DEMAND).next())
                .isNull();
        assertThat(plan(fanOut(HOUR, HOUR), new ReadPressure(0, 0, 0, 1), ON_DEMAND)
                        .next())
                .isNull();
        assertThat(plan(fanOut(HOUR, HOUR), ReadPressure.NONE, ON_DEMAND).next())
                .isEqualTo(new RetrievalChoice(false, NOW, "calm", HOUR, true, 2));
        Duration day = Duration.ofHours(24);
        assertThat(given(plan(fanOut(day, HOUR), new ReadPressure(0, 0, 0, 1), ON_DEMAND))
                        .isFanOut())
                .isFalse();
    }

    @Test
    void whatAUserHasDeregisteredStaysSoForAnHour() {
        RetrievalChoice ended = RetrievalPlanner.back(NOW, fanOut(HOUR, HOUR), RetrievalReason.DEREGISTERED);

        assertThat(planner.plan(NOW.plusSeconds(3_599), ended, LAGGING, ON_DEMAND, WISH)
                        .next())
                .isNull();
        assertThat(given(planner.plan(NOW.plusSeconds(3_600), ended, LAGGING, ON_DEMAND, WISH))
                        .isFanOut())
                .isTrue();
    }

    @Test
    void aStreamThatGrewTooLargeGoesBackAtOnce() {
        RetrievalChoice back =
                given(plan(fanOut(Duration.ZERO, HOUR), LAGGING, new Described(Mode.PROVISIONED, 11, 1)));

        assertThat(back.why()).isEqualTo(RetrievalReason.LIMIT.word());
    }

    @Test
    void whatWasGivenUpTooEarlyStaysTwiceAsLong() {
        RetrievalChoice gaveUp = given(plan(fanOut(HOUR, HOUR), ReadPressure.NONE, ON_DEMAND));

        assertThat(given(plan(gaveUp, LAGGING, ON_DEMAND)).stay()).isEqualTo(HOUR.multipliedBy(2));
        Instant dayLater = NOW.plus(Duration.ofHours(25));
        assertThat(given(planner.plan(dayLater, gaveUp, LAGGING, ON_DEMAND, WISH))
                        .stay())
                .isEqualTo(HOUR);
    }

    // ---------------------------------------------------------------------------------------------- histories

    /** What comes together at one time. */
    record Look(Duration after, ReadPressure pressure, Described stream) {}

    private List<RetrievalChoice> history(List<Look> looks) {
        List<RetrievalChoice> choices = new ArrayList<>(List.of(RetrievalChoice.FIRST));
        Instant now = NOW;
        for (Look look : looks) {
            now = now.plus(look.after());
            RetrievalChoice current = choices.get(choices.size() - 1);
            RetrievalChoice next = planner.plan(now, current, look.pressure(), look.stream(), WISH)
                    .next();
            if (next != null) {
                assertThat(next.turn()).isEqualTo(current.turn() + 1);
                assertThat(next.isFanOut()).isNotEqualTo(current.isFanOut());
                assertThat(next.isFanOut() && look.stream().openShards() > WISH.maxFanOutShards())
                        .isFalse();
                choices.add(next);
            }
        }
        return choices;
    }

    @Property(tries = 300)
    void dedicatedThroughputIsPaidForInWholeStays(@ForAll("looks") List<Look> looks) {
        List<RetrievalChoice> choices = history(looks);
        for (int i = 1; i + 1 < choices.size(); i++) {
            RetrievalChoice choice = choices.get(i);
            RetrievalChoice next = choices.get(i + 1);
            if (choice.isFanOut() && !next.why().equals(RetrievalReason.LIMIT.word())) {
                assertThat(Duration.between(choice.since(), next.since())).isGreaterThanOrEqualTo(choice.stay());
            }
            assertThat(choice.stay()).isBetween(HOUR, Duration.ofHours(24));
        }
    }

    /** A stream whose reads are refused whenever it is polled, and never else. */
    @Property(tries = 100)
    void whoComesBackAlwaysSwitchesSeldom(@ForAll("steps") List<Duration> steps) {
        int switches = 0;
        Instant now = NOW;
        RetrievalChoice current = RetrievalChoice.FIRST;
        for (Duration step : steps) {
            now = now.plus(step);
            RetrievalChoice next = planner.plan(
                            now, current, current.isFanOut() ? ReadPressure.NONE : LAGGING, PROVISIONED, WISH)
                    .next();
            current = next == null ? current : next;
            switches += next == null ? 0 : 1;
        }
        long days = Duration.between(NOW, now).toDays();
        assertThat(switches).isLessThanOrEqualTo((int) (2 * (days + 7))); // 1, 2, 4, 8, 16 and then 24 hours each
    }

    @Provide
    Arbitrary<List<Duration>> steps() {
        return Arbitraries.integers()
                .between(1, 30)
                .map(Duration::ofMinutes)
                .list()
                .ofSize(1_000);
    }

    @Provide
    Arbitrary<List<Look>> looks() {
        Arbitrary<Integer> few = Arbitraries.integers().between(0, 2);
        Arbitrary<ReadPressure> pressures =
                Combinators.combine(few, few, few, few).as(ReadPressure::new).injectNull(0.5);
        Arbitrary<Described> streams = Combinators.combine(
                        Arbitraries.of(Mode.values()),
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.integers().between(0, 21))
                .as(Described::new);
        Arbitrary<Duration> times = Arbitraries.integers().between(1, 200).map(Duration::ofMinutes);
        return Combinators.combine(times, pressures, streams)
                .as((after, pressure, stream) -> new Look(after, orNone(pressure), stream))
                .list()
                .ofMaxSize(200);
    }

    private static ReadPressure orNone(@Nullable ReadPressure pressure) {
        return pressure == null ? ReadPressure.NONE : pressure;
    }
}
