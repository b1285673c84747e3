package io.shardline.consumer.internal.process;

import io.shardline.consumer.Position;
import io.shardline.consumer.ShardContext;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the user's handler about its shard: start, end, hand-over and loss. They are left out for a handler that does not
 * hear of these.
 *
 * <p>A hand-over waits for the last ones, so they do not queue behind the records of other shards. Confined to the consumer loop.
 */
final class LifeCycleCalls {

    private final ShardProcessor processor;
    private final HandlerCalls calls;
    private final Retries retries;
    private final Supplier<@Nullable Position> handled;
    private int failures;
    private boolean started;

    /** @param handled up to where the shard is handled, for reports */
    LifeCycleCalls(
            ShardProcessor processor, HandlerCalls calls, Retries retries, Supplier<@Nullable Position> handled) {
        this.processor = processor;
        this.calls = calls;
        this.retries = retries;
        this.handled = handled;
    }

    /** Counts attempts from one again. */
    void forgetFailures() {
        failures = 0;
    }

    /**
     * Tells the handler of the start.
     *
     * @param done gets the failure, which is reported by then, or null
     */
    void start(ShardContext context, Consumer<Retries.@Nullable Failed> done) {
        tell("started", () -> processor.started(context), failed -> {
            started = failed == null;
            done.accept(failed);
        });
    }

    /**
     * Tells the handler of the shard's end.
     *
     * @param done gets the failure, which is reported by then, or null
     */
    void end(Consumer<Retries.@Nullable Failed> done) {
        tell("shardEnded", processor::shardEnded, done);
    }

    /** Tells the handler that the shard is let go, if it has started, and calls back however that ends. */
    void requestShutdown(Runnable done) {
        if (!started || !processor.hasLifeCycle()) {
            done.run();
            return;
        }
        calls.callSoon(processor::shutdownRequested, failure -> {
            if (failure != null) {
                report("shutdownRequested", 1, failure);
            }
            done.run();
        });
    }

    /** Tells the handler that the shard is not its any more, if it has started. */
    void tellLost() {
        if (started && processor.hasLifeCycle()) {
            calls.callSoon(processor::leaseLost, failure -> {
                if (failure != null) {
                    report("leaseLost", 1, failure);
                }
            });
        }
    }

    private void tell(String call, HandlerCall.UserCode code, Consumer<Retries.@Nullable Failed> done) {
        if (!processor.hasLifeCycle()) {
            done.accept(null);
            return;
        }
        calls.call(code, failure -> {
            Retries.Failed failed = failure == null ? null : report(call, failures + 1, failure);
            if (failed == null) {
                failures = 0;
            } else if (failed.counts()) {
                failures++;
            }
            done.accept(failed);
        });
    }

    private Retries.Failed report(String call, int attempt, Throwable failure) {
        Retries.Failed failed = new Retries.Failed(attempt, failure);
        retries.report(failed, call, handled.get());
        return failed;
    }
}
