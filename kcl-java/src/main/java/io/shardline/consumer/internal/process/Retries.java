package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.GiveUpPolicy;
import io.shardline.consumer.Position;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.UserFailures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What becomes of a call that threw: it comes again, later each time, until the policy gives it up or a user's pause holds
 * it back.
 *
 * <p>Confined to the consumer loop.
 */
final class Retries {

    private static final Logger log = Logs.of(Retries.class);

    /** Between two attempts. */
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final ShardConsumer.Setting setting;
    private final String shardId;
    private final UserFailures failures = new UserFailures(log);
    private @Nullable Runnable next;
    private EventLoop.@Nullable Timer waiting;
    private @Nullable Failed last;
    private boolean stopped;
    private boolean paused;

    /**
     * A call that threw.
     *
     * @param attempts how often it has been tried by now, at least 1
     */
    record Failed(int attempts, Throwable failure) {

        /** Whether the handler itself threw: who was not even called has not failed. */
        boolean counts() {
            return !(failure instanceof HandlerCalls.NotCalledException);
        }
    }

    Retries(ShardConsumer.Setting setting, String shardId) {
        this.setting = setting;
        this.shardId = shardId;
    }

    /** Whether the policy gives this call up. */
    boolean givesUp(Failed failed) {
        GiveUpPolicy policy = setting.config().giveUp();
        return failed.counts()
                && policy.action() != GiveUpPolicy.Action.RETRY
                && failed.attempts() >= policy.attempts();
    }

    /**
     * Reports a failure: to the listener each time, in the log the first of the tenure, and then each time their number has doubled.
     *
     * @param call which of the handler's methods
     * @param position the first record that it was given, or up to where the shard is handled; null at the shard's start
     */
    void report(Failed failed, String call, @Nullable Position position) {
        last = failed;
        String where = position == null ? "start" : position.toString();
        failures.note(
                "the handler of shard=" + shardId + " in call=" + call + " position=" + where + " attempt="
                        + failed.attempts(),
                failed.failure());
        setting.host().emit(new ConsumerEvent.HandlerFailed(shardId, failed.attempts(), failed.failure()));
    }

    /** Tries again after a pause, or stops the shard if the policy gives up. */
    void again(Failed failed, Runnable action) {
        next = action;
        if (givesUp(failed)) {
            stop(failed);
            return;
        }
        long pause =
                AFTER_FAILURE.delayNanos(failed.attempts(), setting.platform().random());
        waiting = setting.loop().schedule(pause, () -> {
            waiting = null;
            goOn();
        });
    }

    private void stop(Failed failed) {
        stopped = true;
        log.error(
                "shard={} is stopped: its handler has failed {} times; resume it, or restart the worker",
                shardId,
                failed.attempts(),
                failed.failure());
        setting.host().emit(new ConsumerEvent.ShardStopped(shardId, failed.attempts(), failed.failure()));
    }

    /** Whether nothing may begin: the shard is stopped or paused. */
    boolean isSuspended() {
        return stopped || paused;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether a call is to come again. */
    boolean isPending() {
        return next != null;
    }

    void pause() {
        paused = true;
    }

    /** Lets everything begin again, at once. */
    void resume() {
        stopped = false;
        paused = false;
        cancelWaiting();
        goOn();
    }

    /** Forgets what was to come again. */
    void forget() {
        next = null;
        cancelWaiting();
    }

    private void cancelWaiting() {
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
    }

    /** In words, what the handler last failed with. */
    @Override
    public String toString() {
        Failed failed = last;
        return failed == null
                ? "no failure"
                : failed.attempts() + " failures of the handler, the last: " + failed.failure();
    }

    private void goOn() {
        Runnable action = next;
        if (action != null && !isSuspended() && waiting == null) {
            next = null;
            action.run();
        }
    }
}
