package io.shardline.consumer.internal.retrieve;

/**
 * A subscription that ended as none should.
 *
 * <p>Immutable.
 */
final class SubscriptionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    SubscriptionException(String what) {
        super(what);
    }
}
