package io.shardline.consumer;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The way in which the shards of a stream are read: with GetRecords, whose throughput all readers of a shard share, or with
 * dedicated throughput (enhanced fan-out), which AWS bills.
 *
 * <p>Immutable.
 */
public sealed interface Retrieval {

    /** Reads with GetRecords. The default. */
    static Retrieval polling() {
        return new Polling();
    }

    /**
     * Subscribes as a registered consumer with the name of the application. All workers share it. It is registered when it is
     * missing, and stays registered until {@link ShardlineConsumer#deregisterFanOut}. A name of more than 128 characters is
     * shortened, by every worker in the same way.
     */
    static Retrieval fanOut() {
        return new FanOut(null);
    }

    /**
     * As {@link #fanOut()}, with another name for the registered consumer.
     *
     * @throws IllegalArgumentException if it is not 1 to 128 letters, digits, underscores, dots and hyphens
     */
    static Retrieval fanOut(String consumerName) {
        return new FanOut(Objects.requireNonNull(consumerName, "consumerName"));
    }

    /**
     * Subscribes as a consumer that you have registered, for this application alone. The only operation that it needs is
     * SubscribeToShard.
     *
     * @throws IllegalArgumentException if it is not the ARN of a registered consumer
     */
    static Retrieval fanOutArn(String consumerArn) {
        return new FanOutArn(consumerArn);
    }

    /**
     * Reads with GetRecords until dedicated throughput is worth its price, and goes back once it is not: all workers alike, as one
     * of them decides. The consumer has the name of the application, is registered when it is needed, and deregistered after. What is
     * decided by, and what it costs, is in the consumer's guide. All workers should have this setting.
     *
     * @param maxFanOutShards how many open shards the stream may have while it is read with dedicated throughput, which is billed
     *     by shard and hour; at least 1, no default
     * @throws IllegalArgumentException if it is less than 1
     */
    static Retrieval automatic(int maxFanOutShards) {
        return new Automatic(maxFanOutShards, null);
    }

    /**
     * As {@link #automatic(int)}, also if records are older than is wanted when they come. Where polling cannot be that quick, as
     * {@link ConsumerConfig#readsPerSecondAtTip()} reads wait for longer, the stream is read with dedicated throughput throughout.
     *
     * @param latency how old records may be, by the service's word; positive
     * @throws IllegalArgumentException if a value is not as is said here
     */
    static Retrieval automatic(int maxFanOutShards, Duration latency) {
        return new Automatic(maxFanOutShards, Objects.requireNonNull(latency, "latency"));
    }

    /**
     * With GetRecords or with dedicated throughput, as it is needed.
     *
     * @param maxFanOutShards how many open shards a stream may have that is read with dedicated throughput
     * @param latency how old records may be when they come, or null if that does not matter
     */
    record Automatic(int maxFanOutShards, @Nullable Duration latency) implements Retrieval {

        /** Checks the values. */
        public Automatic {
            if (maxFanOutShards < 1) {
                throw new IllegalArgumentException("maxFanOutShards must be at least 1, was " + maxFanOutShards
                        + "; use Retrieval.polling() for a stream that is never read with dedicated throughput");
            }
            if (latency != null && (latency.isNegative() || latency.isZero())) {
                throw new IllegalArgumentException("latency must be positive, was " + latency);
            }
        }
    }

    /** With GetRecords. */
    record Polling() implements Retrieval {}

    /**
     * With dedicated throughput.
     *
     * @param consumerName the registered consumer's name, or null for the application's
     */
    record FanOut(@Nullable String consumerName) implements Retrieval {

        private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");

        /** Checks the name. */
        public FanOut {
            if (consumerName != null && !NAME.matcher(consumerName).matches()) {
                throw new IllegalArgumentException(
                        "consumerName must be 1 to 128 letters, digits, '_', '.' or '-', was '" + consumerName + "'");
            }
        }
    }

    /**
     * With dedicated throughput, by a registered consumer that exists already.
     *
     * @param consumerArn the registered consumer's ARN
     */
    record FanOutArn(String consumerArn) implements Retrieval {

        private static final Pattern ARN = Pattern.compile(
                "arn:[a-z0-9-]+:kinesis:[a-z0-9-]+:\\d{12}:stream/([a-zA-Z0-9_.-]+)/consumer/[a-zA-Z0-9_.-]+:\\d+");

        /** Checks the ARN. */
        public FanOutArn {
            if (!ARN.matcher(consumerArn).matches()) {
                throw new IllegalArgumentException("consumerArn must be the ARN of a registered consumer,"
                        + " arn:aws:kinesis:<region>:<account>:stream/<stream>/consumer/<name>:<time>, was '"
                        + consumerArn + "'");
            }
        }

        /** The stream that the consumer is registered for. */
        public String streamName() {
            Matcher arn = ARN.matcher(consumerArn);
            return arn.matches() ? arn.group(1) : "";
        }
    }
}
