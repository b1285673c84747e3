package io.shardline.producer.internal;

import io.shardline.producer.CloseReport;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Placeholder of the loop until the next commit.
 *
 * <p>Thread-safe.
 */
public final class ProducerLoop {

    private ProducerLoop() {}

    /** Starts the loop. */
    public static ProducerLoop start(ProducerConfig config, OwnedResources resources) {
        return new ProducerLoop();
    }

    public CompletableFuture<PutReceipt> put(String streamName, UserRecord record) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    public CompletableFuture<Void> flush() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    public CompletableFuture<CloseReport> close(Duration limit) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }
}
