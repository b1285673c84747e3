package io.shardline.producer.internal;

import io.shardline.producer.ProducerConfig;
import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The client and the platform a producer works with, and which of them it has to close.
 *
 * <p>Thread-safe.
 */
public final class OwnedResources {

    /** Threads that complete futures. Two, so that one slow continuation does not stop all others. */
    private static final int USER_CODE_THREADS = 2;

    private static final Logger log = LoggerFactory.getLogger(OwnedResources.class);

    private final KinesisAsyncClient client;
    private final Platform platform;
    private final List<AutoCloseable> owned;

    private OwnedResources(KinesisAsyncClient client, Platform platform, List<AutoCloseable> owned) {
        this.client = client;
        this.platform = platform;
        this.owned = List.copyOf(owned);
    }

    /**
     * Takes what is given and makes what is not.
     *
     * @throws IllegalArgumentException if the given client retries by itself
     */
    public static OwnedResources complete(
            @Nullable KinesisAsyncClient client, @Nullable Platform platform, ProducerConfig config) {
        if (client != null) {
            refuseIfRetrying(client);
        }
        List<AutoCloseable> owned = new ArrayList<>();
        KinesisAsyncClient usedClient = client;
        if (usedClient == null) {
            usedClient = defaultClient(config);
            owned.add(usedClient);
        }
        Platform usedPlatform = platform;
        if (usedPlatform == null) {
            SystemPlatform started = SystemPlatform.start("producer", USER_CODE_THREADS);
            usedPlatform = started.platform();
            owned.add(started); // last: the client is closed on one of its threads
        }
        return new OwnedResources(usedClient, usedPlatform, owned);
    }

    KinesisAsyncClient client() {
        return client;
    }

    Platform platform() {
        return platform;
    }

    /** Closes what was made here; may block. */
    void close() {
        for (AutoCloseable resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("could not close {}", resource.getClass().getSimpleName(), e);
            }
        }
    }

    private static KinesisAsyncClient defaultClient(ProducerConfig config) {
        return KinesisAsyncClient.builder()
                .overrideConfiguration(settings ->
                        settings.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(config.requestTimeout()))
                .build();
    }

    private static void refuseIfRetrying(KinesisAsyncClient client) {
        Optional<Integer> attempts = retryStrategy(client).map(RetryStrategy::maxAttempts);
        if (attempts.isPresent() && attempts.get() > 1) {
            throw new IllegalArgumentException("the client makes up to " + attempts.get()
                    + " attempts per call, which would break the order of records; build it with"
                    + " overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))");
        }
    }

    /** Empty for fakes, which have no configuration. */
    private static Optional<RetryStrategy> retryStrategy(KinesisAsyncClient client) {
        try {
            ClientOverrideConfiguration settings =
                    client.serviceClientConfiguration().overrideConfiguration();
            return settings.retryStrategy();
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
