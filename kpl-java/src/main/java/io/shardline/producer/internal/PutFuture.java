package io.shardline.producer.internal;

import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.util.concurrent.CompletableFuture;

/**
 * A future that hears of its record as a callback does, so that a put makes one object less.
 *
 * <p>Thread-safe.
 */
final class PutFuture extends CompletableFuture<PutReceipt> implements PutCallback {

    @Override
    public void acknowledged(UserRecord record, PutReceipt receipt) {
        complete(receipt);
    }

    @Override
    public void failed(PutFailedException failure) {
        completeExceptionally(failure);
    }

    /** Dependent stages are plain futures: nobody is to complete one by the methods above. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
