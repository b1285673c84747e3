package io.shardline.producer.internal;

import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;

/**
 * A future that hears of its record as a callback does, so that a put makes one object less.
 *
 * <p>Thread-safe.
 */
final class PutFuture extends UserCode.OfRecord<PutReceipt> implements PutCallback {

    PutFuture(UserCode userCode) {
        super(userCode);
    }

    @Override
    public void acknowledged(UserRecord record, PutReceipt receipt) {
        complete(receipt);
    }

    @Override
    public void failed(PutFailedException failure) {
        completeExceptionally(failure);
    }
}
