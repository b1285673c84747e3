package io.shardline.producer.internal;

import io.shardline.producer.ProducerException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The futures that wait until records can be put into a stream.
 *
 * <p>Confined to the loop; whoever makes the futures has them tell others elsewhere.
 */
final class Readiness {

    private final String stream;
    /** Who asks more often than this has a loop that asks, and forgets what it is given. */
    static final int MAX_WAITING = 10_000;

    private Set<CompletableFuture<Void>> waiting = new LinkedHashSet<>();

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

    /** Nobody waits for it any more. */
    void remove(CompletableFuture<Void> ready) {
        waiting.remove(ready);
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

    private Set<CompletableFuture<Void>> takeAll() {
        Set<CompletableFuture<Void>> all = waiting;
        waiting = new LinkedHashSet<>();
        return all;
    }
}
