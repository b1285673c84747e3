package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** When a run is right, and what its last line says. Confined to one thread. */
class FlightsResultTest {

    private static final SortedMap<String, AirportDelays> TRUTH = delays(3, 1, 40);

    @Test
    void aRunIsRightIfEverythingCameOutInOrderAndTheSumsAgree() {
        assertThat(result(3, new Arrivals.Counts(3, 0), TRUTH).isRight(TRUTH)).isTrue();
    }

    @Test
    void aRunIsWrongIfAnythingWasNotPutOrLostOrOutOfOrderOrTheSumsDiffer() {
        Arrivals.Counts complete = new Arrivals.Counts(3, 0);
        assertThat(result(2, complete, TRUTH).isRight(TRUTH)).isFalse();
        assertThat(result(3, new Arrivals.Counts(2, 0), TRUTH).isRight(TRUTH)).isFalse();
        assertThat(result(3, new Arrivals.Counts(3, 1), TRUTH).isRight(TRUTH)).isFalse();
        assertThat(result(3, complete, delays(3, 1, 41)).isRight(TRUTH)).isFalse();
        assertThat(result(3, complete, new TreeMap<>()).isRight(TRUTH)).isFalse();
    }

    @Test
    void theLastLineHasEveryCount() {
        assertThat(result(3, new Arrivals.Counts(2, 1), TRUTH).lastLine())
                .isEqualTo(
                        "flights: 3 put, 2 handled, 1 lost, 1 out of order, 7 duplicates (put again without an answer:"
                                + " 1, taken again after a crash or a lost lease: 2, split: 4), 2.5 s");
    }

    private static FlightsResult result(int put, Arrivals.Counts arrivals, SortedMap<String, AirportDelays> delays) {
        return new FlightsResult(
                3,
                put,
                new DepartureTally.Totals(arrivals, new Duplicates(1, 2, 4), delays, new TreeMap<>()),
                2_500_000_000L);
    }

    private static SortedMap<String, AirportDelays> delays(long departures, long late, long minutes) {
        SortedMap<String, AirportDelays> delays = new TreeMap<>();
        delays.put("DTW", new AirportDelays(departures, late, minutes));
        return delays;
    }
}
