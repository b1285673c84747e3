package io.shardline.runtime.internal;

import java.util.Optional;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The rule that a Kinesis client must not retry behind our back.
 *
 * <p>Thread-safe.
 */
public final class KinesisClients {

    private KinesisClients() {}

    /**
     * Accepts a client that makes one attempt per call.
     *
     * @param harm what more attempts would do, for the message
     * @throws IllegalArgumentException if it makes more
     */
    public static KinesisAsyncClient requireOneAttempt(KinesisAsyncClient client, String harm) {
        int attempts = retryStrategy(client).map(RetryStrategy::maxAttempts).orElse(1);
        if (attempts > 1) {
            throw new IllegalArgumentException(
                    "the client makes up to " + attempts + " attempts per call, which " + harm
                            + "; build it with overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))");
        }
        return client;
    }

    /** Empty for fakes, which have no configuration. */
    private static Optional<RetryStrategy> retryStrategy(KinesisAsyncClient client) {
        try {
            return client.serviceClientConfiguration().overrideConfiguration().retryStrategy();
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
