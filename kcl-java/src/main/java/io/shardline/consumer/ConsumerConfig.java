package io.shardline.consumer;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a consumer.
 *
 * <p>Immutable. All workers of an application should have the same settings, except for the worker id.
 */
public final class ConsumerConfig {

    /** The most that a handler's shard may be read in a second; the service allows 5 to all readers together. */
    static final double MOST_READS_PER_SECOND = 5;

    /** What the names of registered consumers are made of. */
    private static final Pattern CONSUMER_NAME = Pattern.compile("[a-zA-Z0-9_.-]+");

    private final String applicationName;
    private final ImmutableList<StreamConfig> streams;
    private final boolean multiStream;
    private final String workerId;
    private final int maxLeases;
    private final Duration leaseDuration;
    private final Duration checkpointInterval;
    private final Duration shardSyncInterval;
    private final long prefetchBudget;
    private final Retrieval retrieval;
    private final int maxSubscriptions;
    private final double readsPerSecondBehind;
    private final double readsPerSecondAtTip;
    private final ForeignEntries foreignEntries;
    private final int handlerThreads;
    private final int maxBatchRecords;
    private final GiveUpPolicy giveUp;
    private final Duration handOverTimeout;
    private final Duration stalledAfter;
    private final Duration startTimeout;
    private final Duration closeTimeout;
    private final @Nullable Duration endAfterOutage;

    private ConsumerConfig(Builder builder) {
        applicationName = builder.applicationName;
        streams = builder.streams;
        multiStream = builder.multiStream;
        workerId = builder.workerId;
        maxLeases = builder.maxLeases;
        leaseDuration = builder.leaseDuration;
        checkpointInterval = builder.checkpointInterval;
        shardSyncInterval = builder.shardSyncInterval;
        prefetchBudget = builder.prefetchBudget;
        retrieval = builder.retrieval;
        maxSubscriptions = builder.maxSubscriptions;
        readsPerSecondBehind = builder.readsPerSecondBehind;
        readsPerSecondAtTip = builder.readsPerSecondAtTip;
        foreignEntries = builder.foreignEntries;
        handlerThreads = builder.handlerThreads;
        maxBatchRecords = builder.maxBatchRecords;
        giveUp = builder.giveUp;
        handOverTimeout = builder.handOverTimeout;
        stalledAfter = builder.stalledAfter;
        startTimeout = builder.startTimeout;
        closeTimeout = builder.closeTimeout;
        endAfterOutage = builder.endAfterOutage;
    }

    /**
     * A builder for an application of one stream, with the three settings that have no default.
     *
     * @param applicationName the application's name; its workers share leases and checkpoints
     * @param streamName the stream to read
     * @param startingPosition where to start when there is no checkpoint
     * @throws IllegalArgumentException if the stream's name is blank
     */
    public static Builder builder(String applicationName, String streamName, StartingPosition startingPosition) {
        return new Builder(applicationName, ImmutableList.of(new StreamConfig(streamName, startingPosition)), false);
    }

    /**
     * A builder for an application of several streams, which can be added and removed at run time, see
     * {@link ShardlineConsumer#addStream}.
     *
     * <p>The keys of its leases name stream and shard, as KCL's do. Events, {@link ShardlineConsumer#pause} and all other places that
     * name a shard use that key. An application of one stream cannot become one of several, or the other way round: neither can
     * use the checkpoints of the other.
     *
     * @param streams at least one, each once
     */
    public static Builder builder(String applicationName, Collection<StreamConfig> streams) {
        return new Builder(applicationName, ImmutableList.copyOf(streams), true);
    }

    public String applicationName() {
        return applicationName;
    }

    /** The streams to read at first, at least one. */
    public List<StreamConfig> streams() {
        return streams;
    }

    /** Whether the application may have several streams. */
    public boolean isMultiStream() {
        return multiStream;
    }

    public String workerId() {
        return workerId;
    }

    public int maxLeases() {
        return maxLeases;
    }

    public Duration leaseDuration() {
        return leaseDuration;
    }

    public Duration checkpointInterval() {
        return checkpointInterval;
    }

    public Duration shardSyncInterval() {
        return shardSyncInterval;
    }

    public long prefetchBudget() {
        return prefetchBudget;
    }

    public Retrieval retrieval() {
        return retrieval;
    }

    /** How a stream is read, including streams that another worker adds. */
    public Retrieval retrievalOf(String streamName) {
        for (StreamConfig stream : streams) {
            Retrieval own = stream.retrieval();
            if (own != null && stream.streamName().equals(streamName)) {
                return own;
            }
        }
        boolean isOfAnother = retrieval instanceof Retrieval.FanOutArn arn
                && !arn.streamName().equals(streamName);
        return isOfAnother ? Retrieval.polling() : retrieval;
    }

    /** Whether a stream is subscribed to, or one that another worker adds would be. */
    boolean subscribes() {
        return (multiStream && !(retrieval instanceof Retrieval.Polling))
                || streams.stream()
                        .anyMatch(stream -> !(retrievalOf(stream.streamName()) instanceof Retrieval.Polling));
    }

    /**
     * Checks how a stream is read.
     *
     * @throws IllegalArgumentException if its shards cannot be subscribed to like that
     */
    void checkRetrieval(StreamConfig stream) {
        Builder.checkRetrieval(
                applicationName,
                stream,
                stream.retrieval() == null ? retrievalOf(stream.streamName()) : stream.retrieval());
    }

    public int maxSubscriptions() {
        return maxSubscriptions;
    }

    public double readsPerSecondBehind() {
        return readsPerSecondBehind;
    }

    public double readsPerSecondAtTip() {
        return readsPerSecondAtTip;
    }

    public ForeignEntries foreignEntries() {
        return foreignEntries;
    }

    public int handlerThreads() {
        return handlerThreads;
    }

    public int maxBatchRecords() {
        return maxBatchRecords;
    }

    public GiveUpPolicy giveUp() {
        return giveUp;
    }

    public Duration handOverTimeout() {
        return handOverTimeout;
    }

    public Duration stalledAfter() {
        return stalledAfter;
    }

    public Duration startTimeout() {
        return startTimeout;
    }

    public Duration closeTimeout() {
        return closeTimeout;
    }

    /** See {@link Builder#endAfterOutage}; empty if an outage of the lease table never ends the consumer. */
    public Optional<Duration> endAfterOutage() {
        return Optional.ofNullable(endAfterOutage);
    }

    /** All settings. */
    @Override
    public String toString() {
        return "ConsumerConfig[applicationName=" + applicationName
                + ", streams=" + streams
                + ", multiStream=" + multiStream
                + ", workerId=" + workerId
                + ", maxLeases=" + (maxLeases == Integer.MAX_VALUE ? "unlimited" : maxLeases)
                + ", leaseDuration=" + leaseDuration
                + ", checkpointInterval=" + checkpointInterval
                + ", shardSyncInterval=" + shardSyncInterval
                + ", prefetchBudget=" + prefetchBudget
                + ", retrieval=" + retrieval
                + ", maxSubscriptions=" + maxSubscriptions
                + ", readsPerSecondBehind=" + readsPerSecondBehind
                + ", readsPerSecondAtTip=" + readsPerSecondAtTip
                + ", foreignEntries=" + foreignEntries
                + ", handlerThreads=" + handlerThreads
                + ", maxBatchRecords=" + maxBatchRecords
                + ", giveUp=" + giveUp
                + ", handOverTimeout=" + handOverTimeout
                + ", stalledAfter=" + stalledAfter
                + ", startTimeout=" + startTimeout
                + ", closeTimeout=" + closeTimeout
                + ", endAfterOutage=" + (endAfterOutage == null ? "never" : endAfterOutage)
                + "]";
    }

    /** Collects settings; {@link #build} checks them. Confined to one thread. */
    public static final class Builder {

        private final String applicationName;
        private final ImmutableList<StreamConfig> streams;
        private final boolean multiStream;
        private String workerId = "worker-" + ProcessHandle.current().pid();
        private int maxLeases = Integer.MAX_VALUE;
        private Duration leaseDuration = Duration.ofSeconds(10);
        private Duration checkpointInterval = Duration.ofSeconds(5);
        private Duration shardSyncInterval = Duration.ofMinutes(5);
        private long prefetchBudget = 128L << 20;
        private Retrieval retrieval = Retrieval.polling();
        private int maxSubscriptions = 64;
        private double readsPerSecondBehind = 2;
        private double readsPerSecondAtTip = 1;
        private ForeignEntries foreignEntries = ForeignEntries.AUTO;
        private int handlerThreads = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        private int maxBatchRecords = 10_000;
        private GiveUpPolicy giveUp = GiveUpPolicy.never();
        private Duration handOverTimeout = Duration.ofSeconds(30);
        private Duration stalledAfter = Duration.ofMinutes(1);
        private Duration startTimeout = Duration.ofMinutes(1);
        private Duration closeTimeout = Duration.ofSeconds(30);
        private @Nullable Duration endAfterOutage;

        private Builder(String applicationName, ImmutableList<StreamConfig> streams, boolean multiStream) {
            this.applicationName = applicationName;
            this.streams = streams;
            this.multiStream = multiStream;
        }

        /**
         * The worker's name in logs and in the lease table. It is for people and need not be unique. Default: {@code worker-} and
         * the process id.
         *
         * <p>Change it when hosts or pods have names that operators know.
         */
        public Builder workerId(String id) {
            workerId = id;
            return this;
        }

        /**
         * How many shards this worker holds at most. Default: as many as there are. If the limits of all workers together are less
         * than the number of shards, the other shards are not read, and the log says so.
         *
         * <p>Change it when a worker has room for some shards only, for example one that runs beside other work.
         */
        public Builder maxLeases(int most) {
            maxLeases = most;
            return this;
        }

        /**
         * How long a worker may be silent before others take its shards; KCL calls it failover time. Default 10 s. It must be more
         * than three times {@link DynamoDbTable#callTimeout()}.
         *
         * <p>Change it when a dead worker must be replaced sooner (lower), or when pauses of the process end its sessions, or
         * fewer DynamoDB calls are wanted (higher).
         */
        public Builder leaseDuration(Duration duration) {
            leaseDuration = duration;
            return this;
        }

        /**
         * How often a checkpoint of each shard is written. Default 5 s. After a crash the records of this time come again.
         *
         * <p>Change it when repeated records are expensive (lower), or when writes to the lease table are (higher).
         */
        public Builder checkpointInterval(Duration interval) {
            checkpointInterval = interval;
            return this;
        }

        /**
         * How often shards are listed to create leases that are missing. Splits and merges are followed without it. Default 5 min.
         *
         * <p>Change it when many applications list the same stream and ListShards is throttled (higher).
         */
        public Builder shardSyncInterval(Duration interval) {
            shardSyncInterval = interval;
            return this;
        }

        /**
         * How many bytes may be read and not yet handled, for all shards together. The data of aggregated records counts twice,
         * because deaggregation copies it. The limit is exceeded by at most one full read, 20 MiB. Default 128 MiB.
         *
         * <p>Change it when shards wait for memory and there is heap (higher), or when the heap is small (lower).
         */
        public Builder prefetchBudget(long bytes) {
            prefetchBudget = bytes;
            return this;
        }

        /**
         * How streams are read if their {@link StreamConfig} does not say it. Default: {@link Retrieval#polling()}. Workers of one
         * application may differ, for example while a new setting is rolled out.
         *
         * <p>Change it when records must be handled within tens of milliseconds, or polling falls behind now and then.
         */
        public Builder retrieval(Retrieval choice) {
            retrieval = Objects.requireNonNull(choice, "retrieval");
            return this;
        }

        /**
         * How many shards of this worker have a subscription at most; the others are polled. Default 64. Each subscription takes
         * 2 MiB of heap or more in the AWS SDK, in addition to {@link #prefetchBudget}.
         *
         * <p>Change it when a worker subscribes to more shards and has the heap (higher).
         */
        public Builder maxSubscriptions(int most) {
            maxSubscriptions = most;
            return this;
        }

        /**
         * How often a shard that is behind is read, in reads per second. Default 2. The service allows 5 for all readers together.
         *
         * <p>Change it when other applications poll the same shards and reads are throttled (lower).
         */
        public Builder readsPerSecondBehind(double reads) {
            readsPerSecondBehind = reads;
            return this;
        }

        /**
         * How often a shard that is read to its tip is read, in reads per second. Default 1. More reads mean less delay and more calls.
         *
         * <p>Change it when records must be handled sooner (higher), or when several applications poll the same shards (lower).
         */
        public Builder readsPerSecondAtTip(double reads) {
            readsPerSecondAtTip = reads;
            return this;
        }

        /**
         * What happens to entries of aggregated records that belong to other shards. Default {@link ForeignEntries#AUTO}.
         *
         * <p>Change it when the handler tolerates duplicates and the producers are not known, or when the results must equal
         * KCL's.
         */
        public Builder foreignEntries(ForeignEntries treatment) {
            foreignEntries = treatment;
            return this;
        }

        /**
         * How many handlers run at the same time, unless you give a platform. Default: twice the number of processors, at least 4.
         *
         * <p>Change it when handlers wait for other systems (higher).
         */
        public Builder handlerThreads(int threads) {
            handlerThreads = threads;
            return this;
        }

        /**
         * How many records a {@link ShardHandler} is given in one call at most. Default 10,000. The entries of
         * aggregated records count one by one: one read of a shard may bring 100,000 of them or more, which then come in several
         * calls.
         *
         * <p>Change it when a call takes too long, or a handler writes batches of another size.
         */
        public Builder maxBatchRecords(int records) {
            maxBatchRecords = records;
            return this;
        }

        /**
         * What happens when a handler keeps throwing. Default: {@link GiveUpPolicy#never()}. With that the record comes again for as
         * long as this worker holds the shard, and the records behind it wait.
         *
         * <p>Change it when one bad record must not hold up those behind it.
         */
        public Builder giveUp(GiveUpPolicy policy) {
            giveUp = policy;
            return this;
        }

        /**
         * How long a hand-over to another worker waits for a running handler. Default 30 s. After that the handler's thread is
         * interrupted and the shard goes at the last checkpoint, even if the handler does not return: its records come again at
         * the other worker.
         *
         * <p>Change it when a handler needs longer for a record, or for a batch if it is a {@link ShardHandler} (higher).
         */
        public Builder handOverTimeout(Duration timeout) {
            handOverTimeout = timeout;
            return this;
        }

        /**
         * How long a shard may make no progress before {@link ConsumerEvent.ShardStalled} and the log say what it waits for.
         * Progress is a record handled, with a {@link ShardHandler} a batch, or a successful read while no record waits.
         * Default 1 min. The default is longer than a full back-off and a retried hand-over.
         *
         * <p>Change it when a handler takes longer over a record or a batch (higher).
         */
        public Builder stalledAfter(Duration duration) {
            stalledAfter = duration;
            return this;
        }

        /**
         * How long {@code start()} keeps trying before it fails, for example while Kinesis does not answer. Default 1 min. It counts
         * from when the lease table can be used; creating the table may take up to 2 min before that.
         *
         * <p>Change it when a process starts together with its dependencies, such as an emulator, and these take longer (higher).
         */
        public Builder startTimeout(Duration timeout) {
            startTimeout = timeout;
            return this;
        }

        /**
         * How long {@code close()} takes at most. Default 30 s. Handlers that have not returned after seven eighths of it are
         * interrupted, so that there is time to release their shards at the last checkpoint.
         *
         * <p>Change it when the platform gives a process more or less time to end.
         */
        public Builder closeTimeout(Duration timeout) {
            closeTimeout = timeout;
            return this;
        }

        /**
         * How long a running consumer may be without a session, because the lease table refuses its calls or does not answer, before
         * it ends as {@link ConsumerState#FAILED}. Default: never. Without it the consumer keeps trying.
         *
         * <p>Change it when a supervisor restarts a process that has ended, and a new process has a better chance.
         */
        public Builder endAfterOutage(Duration outage) {
            endAfterOutage = outage;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming the setting, its value and the rule it breaks
         */
        public ConsumerConfig build() {
            check(!applicationName.isBlank(), "applicationName", applicationName, "not blank");
            long names =
                    streams.stream().map(StreamConfig::streamName).distinct().count();
            check(names >= 1 && names == streams.size(), "streams", streams, "at least one, each once");
            check(!workerId.isBlank() && !workerId.contains("@"), "workerId", workerId, "not blank, without '@'");
            check(maxLeases >= 1, "maxLeases", maxLeases, "at least 1");
            check(isAtLeastOneSecond(leaseDuration), "leaseDuration", leaseDuration, "at least 1 s");
            check(leaseDuration.compareTo(Duration.ofHours(1)) <= 0, "leaseDuration", leaseDuration, "at most 1 h");
            check(isPositive(checkpointInterval), "checkpointInterval", checkpointInterval, "positive");
            check(isPositive(shardSyncInterval), "shardSyncInterval", shardSyncInterval, "positive");
            check(prefetchBudget >= 10L << 20, "prefetchBudget", prefetchBudget, "at least 10 MiB, one full read");
            checkRetrieval();
            check(isRate(readsPerSecondBehind), "readsPerSecondBehind", readsPerSecondBehind, "above 0, at most 5");
            check(isRate(readsPerSecondAtTip), "readsPerSecondAtTip", readsPerSecondAtTip, "above 0, at most 5");
            check(handlerThreads >= 1, "handlerThreads", handlerThreads, "at least 1");
            check(maxBatchRecords >= 1, "maxBatchRecords", maxBatchRecords, "at least 1");
            check(isPositive(handOverTimeout), "handOverTimeout", handOverTimeout, "positive");
            check(isAtLeastOneSecond(stalledAfter), "stalledAfter", stalledAfter, "at least 1 s");
            check(isPositive(startTimeout), "startTimeout", startTimeout, "positive");
            check(!closeTimeout.isNegative(), "closeTimeout", closeTimeout, "not negative");
            Duration outage = endAfterOutage;
            check(
                    outage == null || isAtLeastOneSecond(outage),
                    "endAfterOutage",
                    String.valueOf(outage),
                    "at least 1 s");
            return new ConsumerConfig(this);
        }

        private void checkRetrieval() {
            check(maxSubscriptions >= 1, "maxSubscriptions", maxSubscriptions, "at least 1");
            if (multiStream) {
                checkName(applicationName, retrieval); // other workers may add streams that it is for
            }
            for (StreamConfig stream : streams) {
                checkRetrieval(applicationName, stream, stream.retrieval() == null ? retrieval : stream.retrieval());
            }
        }

        private static void checkRetrieval(String applicationName, StreamConfig stream, Retrieval choice) {
            if (choice instanceof Retrieval.FanOutArn arn) {
                check(
                        arn.streamName().equals(stream.streamName()),
                        "the retrieval of stream '" + stream.streamName() + "'",
                        arn,
                        "by a consumer of that stream");
            }
            checkName(applicationName, choice);
        }

        private static void checkName(String applicationName, Retrieval choice) {
            if (choice instanceof Retrieval.Automatic
                    || (choice instanceof Retrieval.FanOut named && named.consumerName() == null)) {
                check(
                        CONSUMER_NAME.matcher(applicationName).matches(),
                        "applicationName",
                        "'" + applicationName + "'",
                        "letters, digits, '_', '.' or '-' to name the fan-out consumer, or"
                                + " Retrieval.fanOut(consumerName) be set");
            }
        }

        private static boolean isPositive(Duration duration) {
            return !duration.isNegative() && !duration.isZero();
        }

        private static boolean isAtLeastOneSecond(Duration duration) {
            return duration.compareTo(Duration.ofSeconds(1)) >= 0;
        }

        private static boolean isRate(double reads) {
            return reads > 0 && reads <= MOST_READS_PER_SECOND;
        }

        private static void check(boolean holds, String setting, Object value, String rule) {
            if (!holds) {
                throw new IllegalArgumentException(setting + " must be " + rule + ", was " + value);
            }
        }
    }
}
