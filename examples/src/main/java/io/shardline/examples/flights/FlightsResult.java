package io.shardline.examples.flights;

import java.util.Locale;
import java.util.SortedMap;

/**
 * What came out of a run.
 *
 * <p>Immutable.
 *
 * @param departures how many the file has
 * @param put how many of them the service acknowledged
 * @param handled what the workers made of them
 * @param nanos how long it took, in the time of its world
 */
record FlightsResult(int departures, int put, DepartureTally.Totals handled, long nanos) {

    private static final double NANOS_PER_SECOND = 1e9;

    long lost() {
        return departures - handled.arrivals().distinct();
    }

    /** Whether every departure was put and came out, in order, and the sums are right. */
    boolean isRight(SortedMap<String, AirportDelays> truth) {
        return put == departures
                && lost() == 0
                && handled.arrivals().outOfOrder() == 0
                && handled.delays().equals(truth);
    }

    /** The last line of the program. */
    String lastLine() {
        Arrivals.Counts arrivals = handled.arrivals();
        return String.format(
                Locale.ROOT,
                "flights: %d put, %d handled, %d lost, %d out of order, %s, %.1f s",
                put,
                arrivals.distinct(),
                lost(),
                arrivals.outOfOrder(),
                handled.duplicates(),
                nanos / NANOS_PER_SECOND);
    }
}
