package io.shardline.benchmarks.sink;

/**
 * What a sink has counted since it was told to begin anew.
 *
 * <p>Immutable.
 *
 * @param sum of the big-endian numbers that the user records' data begins with
 */
public record SinkCounts(long requests, long kinesisRecords, long userRecords, long sum) {

    /** As one line of text. */
    String line() {
        return requests + " " + kinesisRecords + " " + userRecords + " " + sum;
    }

    static SinkCounts parse(String line) {
        String[] parts = line.trim().split(" ", -1);
        return new SinkCounts(
                Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
    }
}
