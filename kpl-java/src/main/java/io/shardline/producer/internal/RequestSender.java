package io.shardline.producer.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
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

    RequestSender(KinesisAsyncClient client, Executor io, LoopContext context) {
        this.client = client;
        this.io = io;
        this.context = context;
        this.timeout = Duration.ofNanos(context.settings().requestTimeoutNanos());
    }

    /**
     * Sends.
     *
     * @param answered called on the loop; not at all if the client never answers
     */
    void send(PutRequest request, BiConsumer<PutRequest, Answer> answered) {
        io.execute(() -> {
            if (request.claim(context.ticks().now())) {
                start(request)
                        .whenComplete((response, thrown) ->
                                context.loop().post(() -> answered.accept(request, Answer.of(response, thrown))));
            }
        });
    }

    private CompletableFuture<PutRecordsResponse> start(PutRequest request) {
        try {
            return client.putRecords(request.toSdk(timeout));
        } catch (Throwable e) { // for example no credentials, or no memory
            return CompletableFuture.failedFuture(e);
        }
    }
}
