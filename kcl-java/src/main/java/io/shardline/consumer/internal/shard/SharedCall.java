package io.shardline.consumer.internal.shard;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A call whose answer several share that ask at about the same time; each gets one of a call that began after it asked.
 *
 * <p>Confined to the consumer loop, on which the calls complete.
 */
final class SharedCall<T> {

    private final Supplier<CompletableFuture<T>> call;
    private CompletableFuture<T> next = new CompletableFuture<>();
    private boolean isWanted;
    private boolean isRunning;

    SharedCall(Supplier<CompletableFuture<T>> call) {
        this.call = call;
    }

    CompletableFuture<T> ask() {
        CompletableFuture<T> answer = next;
        isWanted = true;
        callNext();
        return answer;
    }

    private void callNext() {
        if (isRunning || !isWanted) {
            return;
        }
        isRunning = true;
        isWanted = false;
        CompletableFuture<T> answer = next;
        next = new CompletableFuture<>();
        call.get().whenComplete((result, failure) -> {
            isRunning = false;
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
            callNext();
        });
    }
}
