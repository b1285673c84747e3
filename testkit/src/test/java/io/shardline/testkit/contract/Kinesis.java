package io.shardline.testkit.contract;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * One Kinesis, whosever, for one test: a client, how to wait on it, and streams that are deleted afterwards.
 *
 * <p>Confined to one thread.
 */
interface Kinesis extends AutoCloseable {

    KinesisAsyncClient client();

    /** A name that no stream has yet, for a stream that is deleted after the test. */
    String newStreamName();

    /** A stream of one shard that no test changes, though some put into it; made the first time, deleted with the last test. */
    String anyStream(Supplier<String> create);

    /** Waits for an answer; a failure is thrown as {@link CompletableFuture#join} does. */
    <T> T get(CompletableFuture<T> answer);

    /** Waits until it is so, or fails saying what is not. */
    void until(String what, BooleanSupplier condition);

    /** Lets its time pass. */
    void pass(Duration duration);

    /** Lets so much time pass that one more read of a shard, or one more call of a control operation, is no throttle. */
    void pace();

    /** Whether minutes of its time pass in no time, so that what takes minutes can be tested. */
    boolean hasClock();

    /** Whether its errors have the service's words; the codes are compared in any case. */
    boolean hasTheServicesWords();

    @Override
    void close();
}
