package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The count that the last line rests on. Confined to one thread. */
class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals();

    @Test
    void onlyTheFirstOccurrenceCountsAsHandled() {
        assertThat(arrivals.note(departure(0, "DTW"))).isTrue();
        assertThat(arrivals.note(departure(0, "DTW"))).isFalse();
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(1, 0, 1));
    }

    @Test
    void aFirstOccurrenceAfterALaterOneOfItsAirportIsOutOfOrder() {
        arrivals.note(departure(5, "DTW"));
        arrivals.note(departure(3, "DTW"));
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 1, 0));
    }

    @Test
    void aDuplicateOfAnEarlierOneIsNotOutOfOrder() {
        arrivals.note(departure(3, "DTW"));
        arrivals.note(departure(5, "DTW"));
        arrivals.note(departure(3, "DTW"));
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 0, 1));
    }

    @Test
    void airportsHaveNoOrderAmongEachOther() {
        arrivals.note(departure(5, "DTW"));
        arrivals.note(departure(3, "LAS"));
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(2, 0, 0));
    }

    private static Departure departure(int number, String origin) {
        return Departure.parse(number, "2001-01-01T00:47," + origin + ",ORD,66,1750");
    }
}
