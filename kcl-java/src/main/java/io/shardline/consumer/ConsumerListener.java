package io.shardline.consumer;

/**
 * Is told what a consumer does, for logs, metrics and tests.
 *
 * <p>Called on the platform's user-code threads, one event at a time and in their order.
 */
@FunctionalInterface
public interface ConsumerListener {

    /** Something has happened. Exceptions are logged and otherwise ignored. */
    void on(ConsumerEvent event);
}
