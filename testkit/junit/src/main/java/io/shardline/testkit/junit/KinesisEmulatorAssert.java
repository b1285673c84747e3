package io.shardline.testkit.junit;

import io.shardline.testkit.KinesisEmulator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.AbstractAssert;
import software.amazon.awssdk.services.kinesis.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * Assertions on an emulator.
 *
 * <p>Confined to one thread.
 */
public final class KinesisEmulatorAssert extends AbstractAssert<KinesisEmulatorAssert, KinesisEmulator> {

    private static final long ANSWER_LIMIT_MILLIS = 1000;

    KinesisEmulatorAssert(KinesisEmulator actual) {
        super(actual, KinesisEmulatorAssert.class);
    }

    /**
     * Goes on with what is stored in a stream now.
     *
     * @throws AssertionError if there is no such stream
     */
    public StreamAssert stream(String name) {
        isNotNull();
        return new StreamAssert(contents(name)).as(info.description());
    }

    private StreamContents contents(String name) {
        try {
            return StreamContents.of(actual, name);
        } catch (ResourceNotFoundException e) {
            throw failure("Expecting a stream '%s' but there is %s", name, streams());
        }
    }

    /** On simulated time there is no answer, because nobody lets time pass meanwhile. */
    private String streams() {
        CompletableFuture<ListStreamsResponse> answer = actual.client().listStreams();
        try {
            return "only "
                    + answer.get(ANSWER_LIMIT_MILLIS, TimeUnit.MILLISECONDS).streamNames();
        } catch (ExecutionException | TimeoutException e) {
            return "none of that name";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "none of that name";
        }
    }
}
