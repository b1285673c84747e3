package io.shardline.benchmarks.producer;

import io.shardline.benchmarks.sink.SinkCounts;
import java.util.Arrays;
import java.util.Locale;

/**
 * What one run of one contender came to.
 *
 * <p>Immutable.
 *
 * @param cpuMicros of processor time for each record, of the whole producing side
 * @param perSecond records in a second of the clock
 * @param p50Millis from put to future
 * @param requests that the sink had
 */
record Result(double cpuMicros, double perSecond, double p50Millis, double p99Millis, long peakMib, long requests) {

    private static final String MARK = "RESULT ";

    static Result of(
            int records, double cpuSeconds, double seconds, long[] latencies, long peakMib, SinkCounts counts) {
        long[] sorted = latencies.clone();
        Arrays.sort(sorted);
        return new Result(
                cpuSeconds * 1e6 / records,
                records / seconds,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                peakMib,
                counts.requests());
    }

    double perCpuSecond() {
        return 1e6 / cpuMicros;
    }

    static boolean isOne(String line) {
        return line.startsWith(MARK);
    }

    static Result parse(String line) {
        double[] values = Arrays.stream(line.substring(MARK.length()).split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        return new Result(values[0], values[1], values[2], values[3], (long) values[4], (long) values[5]);
    }

    String line() {
        return MARK + cpuMicros + " " + perSecond + " " + p50Millis + " " + p99Millis + " " + peakMib + " " + requests;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,10.0f records per CPU-second (%.3f us each), %,9.0f a second, p50 %.1f ms, p99 %.1f ms, %d MiB, %d requests",
                perCpuSecond(),
                cpuMicros,
                perSecond,
                p50Millis,
                p99Millis,
                peakMib,
                requests);
    }
}
