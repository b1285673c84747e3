package io.shardline.consumer.internal.dynamodb;

import io.shardline.runtime.internal.Logs;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/**
 * Says once for each row what is strange about it.
 *
 * <p>Thread-safe.
 */
final class RowReports {

    private static final Logger log = Logs.of(RowReports.class);

    /** After so many rows the rest goes unsaid: by then the table is not what it was taken for, and the log knows. */
    static final int MOST_REPORTS = 1_000;

    private final Sink sink;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    /** Where reports go. Called on the threads that answer calls. */
    @FunctionalInterface
    interface Sink {
        void report(String key, String what);
    }

    RowReports(Sink sink) {
        this.sink = sink;
    }

    /** Reports to the log. */
    static RowReports toLog(String table) {
        return new RowReports((key, what) -> log.warn("leaseTable={} row='{}' {}", table, Printable.of(key), what));
    }

    void once(String key, String what) {
        if (reported.size() < MOST_REPORTS && reported.add(key)) {
            sink.report(key, what);
        }
    }
}
