package io.shardline.consumer;

/**
 * A receiver of a consumer's events, for logs, metrics and tests.
 *
 * <p>Called on the platform's user-code threads, one event at a time, in order.
 */
@FunctionalInterface
public interface ConsumerListener {

    /** Receives an event. Exceptions are logged and otherwise ignored. */
    void on(ConsumerEvent event);
}
