package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The count that the last line rests on. Confined to one thread. */
class ArrivalsTest {

    private static final Copy FIRST = new Copy("shardId-1", "7");
    private static final Copy SECOND = new Copy("shardId-2", "7");

    private final Arrivals arrivals = new Arrivals();

    @Test
    void onlyTheFirstOccurrenceCountsAsHandled() {
        assertThat(arrivals.note(departure(0, "DTW"), FIRST)).isTrue();
        assertThat(arrivals.note(departure(0, "DTW"), FIRST)).isFalse();
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(1, 0));
    }

    @Test
    void aFirstOccurrenceAfterALaterOneOfItsAirportIsOutOfOrder() {
        arrivals.note(departure(5, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), FIRST);
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 1));
    }

    @Test
    void aDuplicateOfAnEarlierOneIsNotOutOfOrder() {
        arrivals.note(departure(3, "DTW"), FIRST);
        arrivals.note(departure(5, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), FIRST);
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 0));
    }

    @Test
    void airportsHaveNoOrderAmongEachOther() {
        arrivals.note(departure(5, "DTW"), FIRST);
        arrivals.note(departure(3, "LAS"), FIRST);
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 0));
    }

    @Test
    void theSameCopyOnceMoreWasTakenAgain() {
        arrivals.note(departure(3, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), SECOND);
        arrivals.note(departure(3, "DTW"), SECOND);
        assertThat(arrivals.duplicates(Map.of())).isEqualTo(new Duplicates(1, 2, 0));
    }

    @Test
    void anotherCopyIsOfASplitIfOneOfThemWasInAWrongShard() {
        arrivals.note(departure(3, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), SECOND);
        arrivals.note(departure(5, "DTW"), FIRST);
        assertThat(arrivals.duplicates(Map.of(3, Set.of(FIRST), 5, Set.of(SECOND))))
                .isEqualTo(new Duplicates(0, 0, 1));
        assertThat(arrivals.duplicates(Map.of(3, Set.of(SECOND)))).isEqualTo(new Duplicates(0, 0, 1));
    }

    @Test
    void anotherCopyIsOfAPutWithoutAnAnswerIfNoneWasInAWrongShard() {
        arrivals.note(departure(3, "DTW"), FIRST);
        arrivals.note(departure(3, "DTW"), SECOND);
        assertThat(arrivals.duplicates(Map.of(3, Set.of(new Copy("shardId-3", "7")))))
                .isEqualTo(new Duplicates(1, 0, 0));
    }

    private static Departure departure(int number, String origin) {
        return Departure.parse(number, "2001-01-01T00:47," + origin + ",ORD,66,1750");
    }
}
