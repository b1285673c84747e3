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

    private final String stream;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();

    Readiness(String stream) {
        this.stream = stream;
    }

    void add(CompletableFuture<Void> ready) {
        waiting.add(ready);
    }

    /** Whether nobody waits. */
    boolean isReached() {
        return waiting.isEmpty();
    }

    void reached() {
        takeAll().forEach(ready -> ready.complete(null));
    }

    void fail(String why) {
        ProducerException failure =
                new ProducerException("records cannot be put into stream '" + stream + "': " + why, null);
        takeAll().forEach(ready -> ready.completeExceptionally(failure));
    }

    private List<CompletableFuture<Void>> takeAll() {
        List<CompletableFuture<Void>> all = waiting;
        waiting = new ArrayList<>();
        return all;
    }
}
