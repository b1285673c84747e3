package io.shardline.consumer;

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
