package io.shardline.benchmarks.producer;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * What is put, and how; the options that the benchmark passes on to every process it measures.
 *
 * <p>Confined to the thread that parses the command line, not changed after.
 */
final class Workload {

    /** As many keys as records. */
    static final int DISTINCT = 0;

    @Option(names = "--records", description = "Records that are measured (${DEFAULT-VALUE}).")
    int records = 1_000_000;

    @Option(names = "--size", description = "Bytes of data in each, at least 8 (${DEFAULT-VALUE}).")
    int size = 100;

    @Option(names = "--threads", description = "Threads that put (${DEFAULT-VALUE}).")
    int threads = 1;

    @Option(
            names = "--window",
            description =
                    "Futures that may be open before the oldest is waited for, all threads together (${DEFAULT-VALUE}).")
    int window = 20_000;

    @Option(names = "--window-mib", description = "The same in MiB of data; the smaller one counts (${DEFAULT-VALUE}).")
    int windowMib = 32;

    @Option(
            names = "--warm-up-requests",
            description =
                    "Requests of a few records that a contender makes before it counts, if its JVM makes the requests"
                            + " (${DEFAULT-VALUE}).")
    int warmUpRequests = 25_000;

    @Option(
            names = "--warm-up",
            description = "Seconds of processor time that it then spends at full speed (${DEFAULT-VALUE}).")
    int warmUpSeconds = 48;

    @Option(names = "--http", description = "HTTP client of ours: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    Http http = Http.NETTY;

    @Option(names = "--plain", description = "Without TLS; Amazon's KPL cannot.")
    boolean plain;

    /** The HTTP clients of the SDK for asynchronous calls. Immutable. */
    enum Http {
        /** As a producer comes: HTTP/2 with TLS, HTTP/1.1 without. */
        NETTY,
        NETTY_HTTP1,
        CRT
    }

    /** How many futures one thread may have open. */
    int windowOfThread() {
        long bySize = windowMib * 1024L * 1024 / size;
        return (int) Math.max(1, Math.min(window, bySize) / threads);
    }

    /** These options as they would be given. */
    List<String> arguments() {
        List<String> all = new ArrayList<>(List.of(
                "--records=" + records,
                "--size=" + size,
                "--threads=" + threads,
                "--window=" + window,
                "--window-mib=" + windowMib,
                "--warm-up-requests=" + warmUpRequests,
                "--warm-up=" + warmUpSeconds,
                "--http=" + http));
        if (plain) {
            all.add("--plain");
        }
        return all;
    }
}
