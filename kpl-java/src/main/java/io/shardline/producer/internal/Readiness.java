package io.shardline.producer.internal;

import io.shardline.producer.ProducerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The futures that wait until records can be put into a stream.
 *
 * <p>Confined to the loop; whoever makes the futures has them tell others elsewhere.
 */
final class Readiness {

    /** Who asks more often than this has a loop that asks, and forgets what it is given. */
    static final int MAX_WAITING = 10_000;

    private final String stream;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();

    Readiness(String stream) {
        this.stream = stream;
    }

    void add(CompletableFuture<Void> ready) {
        if (waiting.size() < MAX_WAITING) {
            waiting.add(ready);
        } else {
            ready.completeExceptionally(failure(MAX_WAITING + " calls of ready() wait already"));
        }
    }

    /** Nobody waits any more for what is done. */
    void forgetDone() {
        waiting.removeIf(CompletableFuture::isDone);
    }

    /** Whether nobody waits. */
    boolean isReached() {
        return waiting.isEmpty();
    }

    void reached() {
        takeAll().forEach(ready -> ready.complete(null));
    }

    void fail(String why) {
        ProducerException failure = failure(why);
        takeAll().forEach(ready -> ready.completeExceptionally(failure));
    }

    private ProducerException failure(String why) {
        return new ProducerException("records cannot be put into stream '" + stream + "': " + why, null);
    }

    private List<CompletableFuture<Void>> takeAll() {
        List<CompletableFuture<Void>> all = waiting;
        waiting = new ArrayList<>();
        return all;
    }
}
