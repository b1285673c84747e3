package io.shardline.producer;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link ShardlineProducer}.
 *
 * <p>Every setting has a default that suits most applications; {@link #defaults()} has them all. Immutable.
 */
public final class ProducerConfig {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final Duration YEAR = Duration.ofDays(365);
    private static final int LEAST_AGGREGATE = 64;

    /** The most that a stream can be made to take, by the UpdateMaxRecordSize reference. */
    private static final int LARGEST_RECORD = 10 * MIB;

    private static final int MOST_PERCENT = 1_000_000;
    private static final int MOST_REQUESTS = 1_000;
    /** A record is counted with its copy in the request and an overhead; see {@link Builder#memoryBudget}. */
    private static final int LEAST_BUDGET_IN_RECORDS = 3;

    private static final ProducerConfig DEFAULTS = builder().build();

    private final Duration linger;
    private final @Nullable Duration recordTtl;
    private final long memoryBudget;
    private final FullBudget fullBudget;
    private final Duration maxBlock;
    private final int maxInFlightRequests;
    private final boolean aggregationEnabled;
    private final int maxAggregateSize;
    private final int maxAggregateCount;
    private final Ordering ordering;
    private final OnLoss onLoss;
    private final int rateLimitPercent;
    private final boolean failIfThrottled;
    private final @Nullable Integer maxRecordSize;
    private final Duration requestTimeout;
    private final Duration closeTimeout;

    private ProducerConfig(Builder builder) {
        linger = builder.linger;
        recordTtl = builder.recordTtl;
        memoryBudget = builder.memoryBudget;
        fullBudget = builder.fullBudget;
        maxBlock = builder.maxBlock;
        maxInFlightRequests = builder.maxInFlightRequests;
        aggregationEnabled = builder.aggregationEnabled;
        maxAggregateSize = builder.maxAggregateSize;
        maxAggregateCount = builder.maxAggregateCount;
        ordering = builder.ordering;
        onLoss = builder.onLoss;
        rateLimitPercent = builder.rateLimitPercent;
        failIfThrottled = builder.failIfThrottled;
        maxRecordSize = builder.maxRecordSize;
        requestTimeout = builder.requestTimeout;
        closeTimeout = builder.closeTimeout;
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** All defaults. */
    public static ProducerConfig defaults() {
        return DEFAULTS;
    }

    /** See {@link Builder#linger}. */
    public Duration linger() {
        return linger;
    }

    /** See {@link Builder#recordTtl}; empty if records never expire. */
    public Optional<Duration> recordTtl() {
        return Optional.ofNullable(recordTtl);
    }

    /** See {@link Builder#memoryBudget}; in bytes. */
    public long memoryBudget() {
        return memoryBudget;
    }

    /** See {@link Builder#fullBudget}. */
    public FullBudget fullBudget() {
        return fullBudget;
    }

    /** See {@link Builder#maxBlock}. */
    public Duration maxBlock() {
        return maxBlock;
    }

    /** See {@link Builder#maxInFlightRequests}. */
    public int maxInFlightRequests() {
        return maxInFlightRequests;
    }

    /** See {@link Builder#aggregationEnabled}. */
    public boolean aggregationEnabled() {
        return aggregationEnabled;
    }

    /** See {@link Builder#maxAggregateSize}; in bytes. */
    public int maxAggregateSize() {
        return maxAggregateSize;
    }

    /** See {@link Builder#maxAggregateCount}. */
    public int maxAggregateCount() {
        return maxAggregateCount;
    }

    /** See {@link Builder#rateLimitPercent}. */
    public int rateLimitPercent() {
        return rateLimitPercent;
    }

    /** See {@link Builder#failIfThrottled}. */
    public boolean failIfThrottled() {
        return failIfThrottled;
    }

    /** See {@link Builder#onLoss}. */
    public OnLoss onLoss() {
        return onLoss;
    }

    /** See {@link Builder#ordering}. */
    public Ordering ordering() {
        return ordering;
    }

    /** See {@link Builder#maxRecordSize}; in bytes, empty if the stream decides. */
    public OptionalInt maxRecordSize() {
        return maxRecordSize == null ? OptionalInt.empty() : OptionalInt.of(maxRecordSize);
    }

    /** See {@link Builder#requestTimeout}. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** See {@link Builder#closeTimeout}. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /** All settings. */
    @Override
    public String toString() {
        return "ProducerConfig[linger=" + linger
                + ", recordTtl=" + (recordTtl == null ? "none" : recordTtl)
                + ", memoryBudget=" + memoryBudget
                + ", fullBudget=" + fullBudget
                + ", maxBlock=" + maxBlock
                + ", maxInFlightRequests=" + maxInFlightRequests
                + ", aggregationEnabled=" + aggregationEnabled
                + ", maxAggregateSize=" + maxAggregateSize
                + ", maxAggregateCount=" + maxAggregateCount
                + ", ordering=" + ordering
                + ", onLoss=" + onLoss
                + ", rateLimitPercent=" + rateLimitPercent
                + ", failIfThrottled=" + failIfThrottled
                + ", maxRecordSize=" + (maxRecordSize == null ? "what the stream takes" : maxRecordSize)
                + ", requestTimeout=" + requestTimeout
                + ", closeTimeout=" + closeTimeout
                + "]";
    }

    /**
     * Collects settings.
     *
     * <p>Confined to its user.
     */
    public static final class Builder {

        private Duration linger = Duration.ofMillis(100);
        private @Nullable Duration recordTtl = Duration.ofMinutes(2);
        private long memoryBudget = 64L * MIB;
        private FullBudget fullBudget = FullBudget.BLOCK;
        private Duration maxBlock = Duration.ofMinutes(1);
        private int maxInFlightRequests = 24;
        private boolean aggregationEnabled = true;
        private int maxAggregateSize = 256 * KIB;
        private int maxAggregateCount = Integer.MAX_VALUE;
        private Ordering ordering = Ordering.PER_KEY;
        private OnLoss onLoss = OnLoss.GO_ON;
        private int rateLimitPercent = 100;
        private boolean failIfThrottled;
        private @Nullable Integer maxRecordSize;
        private Duration requestTimeout = Duration.ofSeconds(6);
        private Duration closeTimeout = Duration.ofSeconds(30);

        private Builder() {}

        /**
         * The longest time a record waits for company before it is sent. Default 100 ms. Zero sends at once, and then only
         * what comes while a request is in flight is put together. Longer makes fewer and larger aggregates.
         *
         * <p>Change it when records must be in the stream sooner (lower), or when few records come and fewer, larger Kinesis
         * records are wanted (higher).
         *
         * @param linger zero to a year
         */
        public Builder linger(Duration linger) {
            this.linger = Objects.requireNonNull(linger, "linger");
            return this;
        }

        /**
         * The longest time from {@code put} to giving up; looked at before each attempt. Default 2 minutes. {@link #noRecordTtl}
         * switches it off. Records that are put shortly after one another expire together, each at most a thousandth of this time
         * early, and at most 10 ms.
         *
         * <p>Change it when a late record is worthless (lower), or when no outage may lose a record (higher, or none).
         *
         * @param recordTtl 1 ms to a year
         */
        public Builder recordTtl(Duration recordTtl) {
            this.recordTtl = Objects.requireNonNull(recordTtl, "recordTtl");
            return this;
        }

        /** Records never expire: they are tried until they are written, refused for good, or the producer is closed. */
        public Builder noRecordTtl() {
            this.recordTtl = null;
            return this;
        }

        /**
         * How many bytes the producer may hold. Default 64 MiB. From {@code put} until its future completes a record counts with
         * twice its data and partition key (itself, and its copy in an aggregate or a request), 352 bytes of overhead, and for
         * headers 128 bytes and 192 for each. What lives on the heap is no more than that, but for the bodies of the requests in
         * flight: with a client of the producer's own at most 1 MiB each, or 2 MiB where CBOR is switched off, unless a single
         * record is larger; other clients copy more. How often {@code put} is refused meanwhile makes no difference. The budget
         * must be at least three times {@link #maxRecordSize}, which is counted as 1 MiB if it is not set.
         *
         * <p>When half of it is taken, a shard that takes records too slowly, or a stream that takes none, must leave part of the
         * rest to others: a sixteenth of what the shard, and a sixteenth of what the stream has taken since. One shard alone may
         * have 89 % of the budget.
         *
         * <p>Change it when {@code put} waits although the stream takes more (higher), or when the heap is small (lower).
         *
         * @param bytes at least 3 MiB
         */
        public Builder memoryBudget(long bytes) {
            this.memoryBudget = bytes;
            return this;
        }

        /**
         * What {@code put} does when the budget is full. Default {@link FullBudget#BLOCK}.
         *
         * <p>Change it when the thread that puts must not wait.
         */
        public Builder fullBudget(FullBudget fullBudget) {
            this.fullBudget = Objects.requireNonNull(fullBudget, "fullBudget");
            return this;
        }

        /**
         * The longest time that {@code put} blocks under {@link FullBudget#BLOCK}. Default 1 minute.
         *
         * <p>Change it when a caller should rather fail than wait so long.
         *
         * @param maxBlock zero to a year
         */
        public Builder maxBlock(Duration maxBlock) {
            this.maxBlock = Objects.requireNonNull(maxBlock, "maxBlock");
            return this;
        }

        /**
         * The most PutRecords requests in flight, over all streams. Default 24. The producer's own client makes as many calls at
         * a time; one that is given, or has an HTTP client that is given, needs {@code maxConcurrency} for it (the SDK's default
         * is 50).
         *
         * <p>Change it when {@link ProducerStatistics#inFlightRequests()} stays at this number while records wait: with very many
         * shards, or long round trips.
         *
         * @param requests 1 to 1,000
         */
        public Builder maxInFlightRequests(int requests) {
            this.maxInFlightRequests = requests;
            return this;
        }

        /**
         * Whether user records are put together into aggregated records, KPL's format, which consumers must understand (KCL,
         * Shardline and others do). Default true. Without it every user record is a Kinesis record.
         *
         * <p>Change it when a consumer of the stream does not understand the format, or {@code kinesis:ListShards} cannot be
         * allowed.
         */
        public Builder aggregationEnabled(boolean aggregationEnabled) {
            this.aggregationEnabled = aggregationEnabled;
            return this;
        }

        /**
         * The largest aggregate. Default 256 KiB. An idle shard gets aggregates of at most 51,200 bytes (two billing units of
         * 25 KB); only while a request is in flight does the next aggregate grow up to this size. More than a quarter of what a
         * shard takes in a second starves itself where a shard is shared with other producers. Of smaller ones a request takes
         * several for the same shard, together at most 256 KiB.
         *
         * <p>Change it when other producers of the same shards are throttled, or a consumer cannot take large aggregates (lower).
         *
         * @param bytes 64 to 1 MiB
         */
        public Builder maxAggregateSize(int bytes) {
            this.maxAggregateSize = bytes;
            return this;
        }

        /**
         * The most user records in an aggregate. Default: unlimited. Without it the size is the limit.
         *
         * <p>Change it when a consumer cannot take many records out of one Kinesis record (lower).
         *
         * @param records 1 or more
         */
        public Builder maxAggregateCount(int records) {
            this.maxAggregateCount = records;
            return this;
        }

        /**
         * How much of a shard's quota (1,000 records and 1 MiB a second) this producer uses at most, in percent. Default 100.
         * Throttles lower it by themselves for a while. More than 100 is of use only where the quota is not the service's, as in
         * tests.
         *
         * <p>Change it when several producers share a shard (lower).
         *
         * @param percent 1 to 1,000,000
         */
        public Builder rateLimitPercent(int percent) {
            this.rateLimitPercent = percent;
            return this;
        }

        /**
         * Whether a record that the service throttles fails at once, in place of being tried again. Default false.
         *
         * <p>Change it when the caller has another place for such a record.
         */
        public Builder failIfThrottled(boolean failIfThrottled) {
            this.failIfThrottled = failIfThrottled;
            return this;
        }

        /**
         * What becomes of the records behind one that is given up. Default {@link OnLoss#GO_ON}.
         *
         * <p>Change it when the order may have no gap.
         */
        public Builder onLoss(OnLoss onLoss) {
            this.onLoss = Objects.requireNonNull(onLoss, "onLoss");
            return this;
        }

        /**
         * What is promised about order. Default {@link Ordering#PER_KEY}.
         *
         * <p>Change it when latency matters and order does not.
         */
        public Builder ordering(Ordering ordering) {
            this.ordering = Objects.requireNonNull(ordering, "ordering");
            return this;
        }

        /**
         * The largest record taken, data and partition key together; {@code put} refuses larger ones. Default: what the stream
         * takes. A stream takes 1 MiB, or up to 10 MiB where it was raised (UpdateMaxRecordSize), but no more than a third of
         * {@link #memoryBudget}.
         *
         * <p>What the stream takes is looked up (DescribeStreamSummary) when there is a record above 1 MiB for the first time,
         * and again with each new list of its shards. Such a record fails with {@link FailureReason#REJECTED} without being
         * sent if the stream was seen not to take it in the last 10 seconds; otherwise it is sent, and the service decides. If
         * the look-up is not allowed, what is set here stands, and 1 MiB if nothing is.
         *
         * <p>Change it when larger records should be refused by {@code put} itself, or when the stream takes more than 1 MiB and
         * {@code kinesis:DescribeStreamSummary} cannot be allowed.
         *
         * @param bytes 1 KiB to 10 MiB
         */
        public Builder maxRecordSize(int bytes) {
            this.maxRecordSize = bytes;
            return this;
        }

        /**
         * How long an answer to PutRecords is waited for. Default 6 seconds. When it is over, the records are sent again, and
         * may be in the stream twice.
         *
         * <p>Change it when the way to the service is slow and time-outs make duplicates (higher).
         *
         * @param requestTimeout 100 ms to 10 minutes
         */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = Objects.requireNonNull(requestTimeout, "requestTimeout");
            return this;
        }

        /**
         * How long {@link ShardlineProducer#close()} waits for what was put. Default 30 seconds.
         *
         * <p>Change it when the platform gives a process more or less time to end.
         *
         * @param closeTimeout zero to a year
         */
        public Builder closeTimeout(Duration closeTimeout) {
            this.closeTimeout = Objects.requireNonNull(closeTimeout, "closeTimeout");
            return this;
        }

        /**
         * Checks and freezes the settings.
         *
         * @throws IllegalArgumentException if one is out of its range; the message has its name, its value and the range
         */
        public ProducerConfig build() {
            Ranges.check("linger", linger, Duration.ZERO, YEAR);
            if (recordTtl != null) {
                Ranges.check("recordTtl", recordTtl, Duration.ofMillis(1), YEAR);
            }
            Ranges.check("maxBlock", maxBlock, Duration.ZERO, YEAR);
            Ranges.check("requestTimeout", requestTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
            Ranges.check("closeTimeout", closeTimeout, Duration.ZERO, YEAR);
            int largest = maxRecordSize == null ? MIB : maxRecordSize;
            Ranges.check("maxRecordSize", largest, KIB, LARGEST_RECORD);
            Ranges.check("maxAggregateSize", maxAggregateSize, LEAST_AGGREGATE, MIB);
            Ranges.check("maxAggregateCount", maxAggregateCount, 1, Integer.MAX_VALUE);
            Ranges.check("rateLimitPercent", rateLimitPercent, 1, MOST_PERCENT);
            Ranges.check("maxInFlightRequests", maxInFlightRequests, 1, MOST_REQUESTS);
            Ranges.check("memoryBudget", memoryBudget, LEAST_BUDGET_IN_RECORDS * (long) largest, Long.MAX_VALUE / 2);
            return new ProducerConfig(this);
        }
    }
}
