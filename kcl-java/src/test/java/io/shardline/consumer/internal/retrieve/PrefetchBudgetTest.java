package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.retrieve.PrefetchBudget.Demand;
import io.shardline.consumer.internal.retrieve.PrefetchBudget.Spare;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which reads may begin when memory is short, and what an answer may hold. */
class PrefetchBudgetTest {

    private static final long MIB = 1L << 20;
    private static final long LIMIT = 100 * MIB;

    private final SimulatedTime time = new SimulatedTime(1);
    private final EventLoop loop = loop(time);
    private final PrefetchBudget budget = new PrefetchBudget(loop, LIMIT);
    private final List<String> served = new ArrayList<>();

    @Test
    void aDemandIsServedAtOnceWithAllItWantsButAtMostAQuarterOfTheRoom() {
        demand("a", 20, 1, true);
        demand("b", 90, 1, true);

        assertThat(served).containsExactly("a 20", "b 20");
        assertThat(budget.free()).isEqualTo(60 * MIB);
    }

    @Test
    void aHandlerThatWaitsGoesBeforeReadingAhead() {
        demand("all", 120, 120, true);
        demand("ahead", 1, 1, false);
        demand("urgent", 20, 20, true);

        budget.release(99 * MIB);

        assertThat(served).containsExactly("all 120", "urgent 20", "ahead 1");
    }

    @Test
    void readingAheadStaysWithinTheBudgetAndUrgentReadsMayGoBeyond() {
        demand("a", 100, 100, true);
        demand("ahead", 1, 1, false);
        demand("urgent", 5, 1, true);

        assertThat(served).containsExactly("a 100", "urgent 1");
        assertThat(budget.free()).isEqualTo(-MIB);
    }

    @Test
    void theAnswerSettlesTheReservation() {
        demand("a", 20, 20, true);

        assertThat(budget.settle(20 * MIB, MIB)).isTrue();

        assertThat(budget.free()).isEqualTo(99 * MIB);
    }

    @Test
    void anAnswerThatWouldHoldTooMuchIsRefused() {
        demand("a", 100, 100, true);
        demand("b", 1, 1, true);

        assertThat(budget.settle(MIB, 21 * MIB)).isFalse();

        assertThat(budget.free()).as("nothing of it is held").isZero();
        demand("c", 20, 20, true);
        assertThat(budget.settle(20 * MIB, 21 * MIB))
                .as("larger than the service gives, but nothing larger can be reserved")
                .isTrue();
    }

    @Test
    void anAnswerNoLargerThanItsReservationIsNeverRefused() {
        demand("a", 99, 99, true);
        demand("b", 1, 1, true);
        demand("c", 20, 20, true);
        assertThat(budget.settle(20 * MIB, 21 * MIB)).isTrue();

        assertThat(budget.settle(MIB, MIB)).isTrue();

        assertThat(budget.free()).isEqualTo(-21 * MIB);
    }

    @Test
    void whatIsSpareIsGivenBackOldestFirstWhenAHandlerWaits() {
        demand("a", 60, 60, true);
        demand("b", 60, 60, true);
        offer("a", 60);
        offer("b", 60);

        demand("ahead", 1, 1, false);
        assertThat(served).containsExactly("a 60", "b 60");
        demand("urgent", 20, 20, true);

        assertThat(served).containsExactly("a 60", "b 60", "a back", "urgent 20", "ahead 1");
    }

    @Test
    void whatIsKeptIsNotGivenBack() {
        demand("a", 120, 120, true);
        Spare spare = offer("a", 120);
        budget.keep(spare);

        demand("urgent", 20, 20, true);

        assertThat(served).containsExactly("a 120");
    }

    @Test
    void theFirstInLineIsOvertakenAfterASecondAndNotForEver() {
        demand("a", 110, 110, true);
        demand("large", 20, 20, true);
        demand("small", 1, 1, true);
        assertThat(served).containsExactly("a 110");

        time.advance(Duration.ofMillis(1_001));
        assertThat(served).as("a handler that never returns holds nobody up").containsExactly("a 110", "small 1");

        demand("small too", 1, 1, true);
        time.advance(Duration.ofSeconds(1));
        demand("later", 1, 1, true);
        assertThat(served).containsExactly("a 110", "small 1", "small too 1");
        budget.release(12 * MIB);
        assertThat(served).as("room that comes together is for the first").contains("large 20");
    }

    @Test
    void aDemandThatIsWithdrawnHoldsNobodyUp() {
        Demand large = new Demand(20 * MIB, 20 * MIB, () -> true);
        demand("a", 110, 110, true);
        budget.reserve(large, bytes -> served.add("large"));
        demand("small", 1, 1, true);

        budget.withdraw(large);

        assertThat(served).containsExactly("a 110", "small 1");
    }

    @Test
    void aReadThatReleasesAtOnceServesTheNext() {
        budget.reserve(new Demand(120 * MIB, 120 * MIB, () -> true), budget::release);
        demand("b", 100, 100, true);

        assertThat(served).containsExactly("b 100");
        assertThat(budget.free()).isZero();
    }

    private void demand(String name, long mib, long leastMib, boolean isUrgent) {
        budget.reserve(
                new Demand(mib * MIB, leastMib * MIB, () -> isUrgent), bytes -> served.add(name + " " + bytes / MIB));
    }

    private Spare offer(String name, long mib) {
        Spare spare = () -> {
            served.add(name + " back");
            budget.release(mib * MIB);
        };
        budget.offer(spare);
        return spare;
    }

    static EventLoop loop(SimulatedTime time) {
        SimulatedProcess process = time.process("worker");
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 1),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        return new EventLoop(platform, new EventLoop.Hooks() {});
    }
}
