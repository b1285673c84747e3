package io.shardline.examples.flights;

/**
 * What is known of the departures of one airport, or of several together.
 *
 * <p>Immutable.
 *
 * @param departures how many there were
 * @param late how many of them were delayed by more than {@value #LATE_MINUTES} minutes
 * @param totalDelayMinutes the sum of their delays; early is negative
 */
record AirportDelays(long departures, long late, long totalDelayMinutes) {

    /** A departure with a larger delay is late. */
    static final int LATE_MINUTES = 15;

    /** Of an airport without departures. */
    static final AirportDelays NONE = new AirportDelays(0, 0, 0);

    static AirportDelays of(Departure departure) {
        return new AirportDelays(1, departure.delayMinutes() > LATE_MINUTES ? 1 : 0, departure.delayMinutes());
    }

    AirportDelays plus(AirportDelays other) {
        return new AirportDelays(
                departures + other.departures, late + other.late, totalDelayMinutes + other.totalDelayMinutes);
    }

    double lateShare() {
        return (double) late / departures;
    }

    double meanDelayMinutes() {
        return (double) totalDelayMinutes / departures;
    }
}
