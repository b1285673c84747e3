package io.shardline.consumer.internal.dynamodb;

import java.util.Optional;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The rule that a client must not send a write twice by itself: the lease protocol counts on knowing each sending.
 *
 * <p>Thread-safe.
 */
final class OneAttempt {

    private OneAttempt() {}

    /** The client, unless it makes more than one attempt per call. */
    static DynamoDbAsyncClient required(DynamoDbAsyncClient client) {
        int attempts = retryStrategy(client).map(RetryStrategy::maxAttempts).orElse(1);
        if (attempts > 1) {
            throw new IllegalArgumentException("the DynamoDB client makes up to " + attempts
                    + " attempts per call, which hides from a worker when its heartbeat was sent; build it with"
                    + " overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))");
        }
        return client;
    }

    /** Empty for fakes, which have no configuration. */
    private static Optional<RetryStrategy> retryStrategy(DynamoDbAsyncClient client) {
        try {
            return client.serviceClientConfiguration().overrideConfiguration().retryStrategy();
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
