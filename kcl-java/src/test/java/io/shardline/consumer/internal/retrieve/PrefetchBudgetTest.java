package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may read when memory is short. */
class PrefetchBudgetTest {

    private final PrefetchBudget budget = new PrefetchBudget(100);
    private final List<String> served = new ArrayList<>();

    @Test
    void aReservationThatFitsIsServedAtOnce() {
        reserve("a", 60);

        assertThat(served).containsExactly("a");
        assertThat(budget.free()).isEqualTo(40);
    }

    @Test
    void whoFindsItEmptyWaitsInLine() {
        reserve("a", 60);
        reserve("b", 50);
        reserve("c", 10); // would fit, but b was first

        assertThat(served).containsExactly("a");
        budget.release(60);
        assertThat(served).containsExactly("a", "b", "c");
        assertThat(budget.free()).isEqualTo(40);
    }

    @Test
    void theAnswerSettlesTheGuess() {
        reserve("a", 60);

        budget.settle(60, 20);

        assertThat(budget.free()).isEqualTo(80);
    }

    @Test
    void anAnswerLargerThanItsGuessMayOverdraw() {
        reserve("a", 60);
        budget.settle(60, 150);
        assertThat(budget.free()).isEqualTo(-50);

        reserve("b", 1);
        assertThat(served).containsExactly("a");
        budget.release(150);
        assertThat(served).containsExactly("a", "b");
    }

    @Test
    void aReservationLargerThanTheBudgetWaitsForAllOfIt() {
        reserve("a", 1);
        reserve("b", 1_000);
        assertThat(served).containsExactly("a");

        budget.release(1);

        assertThat(served).containsExactly("a", "b");
        budget.settle(1_000, 0);
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void aWaiterThatReleasesAtOnceServesTheNext() {
        reserve("a", 100);
        budget.reserve(100, () -> budget.release(100)); // one who was stopped while it waited
        reserve("c", 100);

        budget.release(100);

        assertThat(served).containsExactly("a", "c");
    }

    private void reserve(String name, long bytes) {
        budget.reserve(bytes, () -> served.add(name));
    }
}
