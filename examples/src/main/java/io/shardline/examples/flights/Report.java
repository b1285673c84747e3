package io.shardline.examples.flights;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Prints what a run arrived at.
 *
 * <p>Confined to the thread that runs the program.
 */
final class Report {

    private static final int BUSIEST = 10;
    private static final int MOST_DIFFERENCES = 5;
    private static final double PERCENT = 100;

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** All of it. */
    void print(FlightsResult result, SortedMap<String, AirportDelays> truth) {
        result.handled().byWorker().forEach((worker, departures) -> out.println(worker + " handled " + departures));
        busiest(result.handled().delays());
        comparison(result.handled().delays(), truth);
    }

    private void busiest(SortedMap<String, AirportDelays> delays) {
        List<Map.Entry<String, AirportDelays>> busiest = delays.entrySet().stream()
                .sorted(Comparator.comparingLong(airport -> -airport.getValue().departures()))
                .limit(BUSIEST)
                .toList();
        out.println();
        out.println("airport   departures   over " + AirportDelays.LATE_MINUTES + " min late   mean delay");
        for (Map.Entry<String, AirportDelays> airport : busiest) {
            AirportDelays values = airport.getValue();
            out.println(String.format(
                    Locale.ROOT,
                    "%-7s   %,10d   %14.1f %%   %6.1f min",
                    airport.getKey(),
                    values.departures(),
                    PERCENT * values.lateShare(),
                    values.meanDelayMinutes()));
        }
        out.println();
    }

    private void comparison(SortedMap<String, AirportDelays> delays, SortedMap<String, AirportDelays> truth) {
        TreeSet<String> airports = new TreeSet<>(truth.keySet());
        airports.addAll(delays.keySet());
        List<String> different = airports.stream()
                .filter(airport -> !truth.getOrDefault(airport, AirportDelays.NONE)
                        .equals(delays.getOrDefault(airport, AirportDelays.NONE)))
                .toList();
        if (different.isEmpty()) {
            out.println("all " + airports.size() + " airports agree with the file");
            return;
        }
        out.println(different.size() + " of " + airports.size() + " airports differ from the file, for example");
        for (String airport : different.subList(0, Math.min(MOST_DIFFERENCES, different.size()))) {
            out.println("  " + airport + ": " + delays.get(airport) + ", should be " + truth.get(airport));
        }
    }
}
