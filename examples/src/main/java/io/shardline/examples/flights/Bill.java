package io.shardline.examples.flights;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * Says what a run at the real services creates, and about what it costs.
 *
 * <p>Prices are those of the services' price lists for us-east-1 in 2025, in US dollars; other regions ask for up to twice as
 * much. Immutable.
 */
record Bill(RunResources.Run run, FlightsRun.Fleet fleet, long departures) {

    /** A shard of a provisioned stream, an hour; an hour begun counts whole. */
    private static final BigDecimal SHARD_HOUR = new BigDecimal("0.015");

    private static final BigDecimal MILLION_PUT_PAYLOAD_UNITS = new BigDecimal("0.014");

    /** On demand. */
    private static final BigDecimal MILLION_WRITES = new BigDecimal("0.625");

    /** Far more than a run of some minutes makes. */
    private static final long MOST_WRITES_A_WORKER = 1_000;

    private static final BigDecimal MILLION = new BigDecimal(1_000_000);

    /** All of it, before anything is created. */
    void print(PrintStream out, String where) {
        int shards = fleet.shards() + 1; // while one is split and two are not merged yet
        long writes = fleet.workers() * MOST_WRITES_A_WORKER;
        BigDecimal shardHours = SHARD_HOUR.multiply(BigDecimal.valueOf(shards));
        BigDecimal puts = share(MILLION_PUT_PAYLOAD_UNITS, departures);
        BigDecimal leases = share(MILLION_WRITES, writes);
        List.of(
                        "run " + run.id() + " creates, in " + where + ", each tagged " + RunResources.TAG + "="
                                + run.id() + ":",
                        "  stream " + run.name() + ", provisioned, at most " + shards + " shards at a time: "
                                + dollars(shardHours) + " for each hour begun",
                        "  at most " + departures + " PUT payload units: " + dollars(puts),
                        "  table " + run.name() + ", on demand, at most " + writes + " writes and as many reads: "
                                + dollars(leases),
                        "about " + dollars(shardHours.add(puts).add(leases)) + " in all, by the prices of us-east-1; "
                                + (run.kept()
                                        ? "they are kept, and cost money until you delete them"
                                        : "they are deleted at the end"))
                .forEach(out::println);
    }

    private static BigDecimal share(BigDecimal price, long number) {
        return price.multiply(BigDecimal.valueOf(number)).divide(MILLION);
    }

    private static String dollars(BigDecimal amount) {
        return String.format(Locale.ROOT, "%.4f USD", amount);
    }
}
