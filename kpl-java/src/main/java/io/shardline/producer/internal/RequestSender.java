package io.shardline.producer.internal;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
    private final Platform platform;
    private final EventLoop loop;
    private final Duration timeout;

    RequestSender(KinesisAsyncClient client, Platform platform, EventLoop loop, Duration timeout) {
        this.client = client;
        this.platform = platform;
        this.loop = loop;
        this.timeout = timeout;
    }

    /**
     * Sends.
     *
     * @param answered called on the loop; not at all if the client never answers
     */
    void send(PutRequest request, BiConsumer<PutRequest, Answer> answered) {
        platform.io().execute(() -> {
            if (!request.isOver()) {
                start(request)
                        .whenComplete((response, thrown) ->
                                loop.post(() -> answered.accept(request, Answer.of(response, thrown))));
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
