package io.shardline.examples.flights;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The right answer, computed straight from the file.
 *
 * <p>It shares no code with the way through the stream, so that a mistake there cannot hide here. Stateless.
 */
final class Truth {

    private static final int ORIGIN = 1;
    private static final int DELAY = 3;

    private Truth() {}

    /** What every airport of a well-formed file must arrive at, by airport. */
    static SortedMap<String, AirportDelays> of(Path file) throws IOException {
        SortedMap<String, long[]> sums = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            lines.readLine(); // the header
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(",", -1);
                int delay = Integer.parseInt(fields[DELAY]);
                long[] sum = sums.computeIfAbsent(fields[ORIGIN], airport -> new long[3]);
                sum[0]++;
                sum[1] += delay > 15 ? 1 : 0;
                sum[2] += delay;
            }
        }
        SortedMap<String, AirportDelays> truth = new TreeMap<>();
        sums.forEach((airport, sum) -> truth.put(airport, new AirportDelays(sum[0], sum[1], sum[2])));
        return truth;
    }
}
