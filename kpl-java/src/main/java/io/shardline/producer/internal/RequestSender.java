package io.shardline.producer.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/**
 * Sends requests from the I/O threads and brings the answers back to the loop.
 *
 * <p>Thread-safe.
 */
final class RequestSender {

    private final KinesisAsyncClient client;
    private final Executor io;
    private final LoopContext context;
    private final Duration timeout;

    /** The client's own; null if it does not say. */
    private final @Nullable IdentityProvider<? extends AwsCredentialsIdentity> credentials;

    RequestSender(KinesisAsyncClient client, Executor io, LoopContext context) {
        this.client = client;
        this.io = io;
        this.context = context;
        this.timeout = Duration.ofNanos(context.settings().requestTimeoutNanos());
        this.credentials = credentials(client);
    }

    private static @Nullable IdentityProvider<? extends AwsCredentialsIdentity> credentials(KinesisAsyncClient client) {
        try {
            KinesisServiceClientConfiguration configuration = client.serviceClientConfiguration();
            return configuration == null ? null : configuration.credentialsProvider();
        } catch (UnsupportedOperationException e) { // not the SDK's client
            return null;
        }
    }

    /**
     * Sends.
     *
     * @param answered called on the loop; not at all if the client never answers
     */
    void send(PutRequest request, BiConsumer<PutRequest, Answer> answered) {
        io.execute(() -> resolve().whenComplete((identity, missing) -> {
            if (request.claim(context.ticks().now())) { // only now: credentials may come late
                start(request, identity, missing)
                        .whenComplete((response, thrown) ->
                                context.loop().post(() -> answered.accept(request, Answer.of(response, thrown))));
            }
        }));
    }

    /** The credentials to sign with; null if the client does not say where it has them from. */
    private CompletableFuture<? extends @Nullable AwsCredentialsIdentity> resolve() {
        try {
            return credentials == null ? CompletableFuture.completedFuture(null) : credentials.resolveIdentity();
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<PutRecordsResponse> start(
            PutRequest request, @Nullable AwsCredentialsIdentity identity, @Nullable Throwable missing) {
        if (missing != null) {
            return CompletableFuture.failedFuture(missing);
        }
        try {
            return client.putRecords(request.toSdk(timeout, identity));
        } catch (Throwable e) { // for example no memory
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Credentials that are there already.
     *
     * <p>Immutable.
     */
    record Resolved(AwsCredentialsIdentity identity) implements IdentityProvider<AwsCredentialsIdentity> {

        @Override
        public Class<AwsCredentialsIdentity> identityType() {
            return AwsCredentialsIdentity.class;
        }

        @Override
        public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
            return CompletableFuture.completedFuture(identity);
        }
    }
}
