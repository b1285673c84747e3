package io.shardline.benchmarks.producer;

import java.util.concurrent.Future;

/**
 * A producer that is measured, as its users use it: a put returns a future.
 *
 * <p>Thread-safe.
 */
interface Contender extends AutoCloseable {

    String STREAM = "load";

    /** Puts a record. */
    Future<?> put(String partitionKey, byte[] data);

    /** As {@link #put}, and runs an action when the record is acknowledged. */
    Future<?> put(String partitionKey, byte[] data, Runnable acknowledged);

    /** Sends what lingers; may return before it is sent. */
    void flush();

    @Override
    void close();

    /** Immutable. */
    enum Kind {
        /** Amazon's KPL as it comes. */
        KPL("kpl"),
        /** Amazon's KPL without its metrics. */
        KPL_UNMETERED("kpl-unmetered"),
        /** Amazon's KPL without its metrics, its tracker of the oldest future, and a limit of its rate. */
        KPL_BEST("kpl-best"),
        /** Ours without a limit of its rate, as no shard of the sink has one. */
        SHARDLINE("shardline"),
        /** Ours as it comes; the rate of the shards limits it. */
        SHARDLINE_DEFAULT("shardline-default");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        boolean isAmazons() {
            return this == KPL || this == KPL_UNMETERED || this == KPL_BEST;
        }

        @Override
        public String toString() {
            return label;
        }
    }
}
