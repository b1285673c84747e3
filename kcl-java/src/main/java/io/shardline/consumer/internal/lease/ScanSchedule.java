package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * When the whole lease table is read: one read at a time, not sooner after the last than the pace allows, again after a
 * failure, and later for reasons of which each counts once.
 *
 * <p>Confined to the consumer loop.
 */
final class ScanSchedule {

    private static final Logger log = Logs.of(ScanSchedule.class);

    /** Catches what nobody had a duty to see, such as a write that landed after its sender's death. */
    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private final SessionKeeper.Setting setting;
    private final Runnable again;
    private final Consumer<Scan> answer;
    private final Map<Due, EventLoop.Timer> timers = new EnumMap<>(Due.class);
    private boolean reading;
    private boolean askedMeanwhile;
    private int failures;
    private @Nullable Long lastRead;

    /** Why there will be another scan. */
    enum Due {
        PERIODIC,
        REVISION,
        RETRY,
        PACED,
        LEFTOVERS,
        ASKED,
        SURPLUS,
        HEIR
    }

    /**
     * @param again asks for a scan that could not be had at once
     * @param answer gets what was read
     */
    ScanSchedule(SessionKeeper.Setting setting, Runnable again, Consumer<Scan> answer) {
        this.setting = setting;
        this.again = again;
        this.answer = answer;
    }

    /** Reads the table, starting no earlier than now and as soon as may be. */
    void read(long paceNanos) {
        long now = setting.loop().nanoTime();
        long wait = lastRead == null ? 0 : lastRead + paceNanos - now;
        if (reading) {
            askedMeanwhile = true;
        } else if (wait > 0) {
            once(Due.PACED, wait, again);
        } else {
            reading = true;
            lastRead = now;
            setting.calls().read(setting.store()::scan, this::done, this::failed);
        }
    }

    private void done(Scan scan) {
        reading = false;
        failures = 0;
        answer.accept(scan);
    }

    private void failed(Throwable failure) {
        failures++;
        log.warn("scanning the lease table failed, failures={}: {}", failures, ServiceErrors.message(failure));
        reading = false;
        once(Due.RETRY, RETRY.delayNanos(failures, setting.platform().random()), again);
    }

    /** Whether somebody asked for a scan while one was being read, and so for another one; forgets it. */
    boolean wasAskedMeanwhile() {
        boolean asked = askedMeanwhile;
        askedMeanwhile = false;
        return asked;
    }

    /** Does something every few minutes, until {@link #cancel}. */
    void periodically(Runnable action) {
        double spread = 0.8 + 0.4 * setting.platform().random().nextDouble();
        once(Due.PERIODIC, (long) (PERIOD_NANOS * spread), () -> {
            periodically(action);
            action.run();
        });
    }

    /** At most one timer for each reason. */
    void once(Due reason, long delayNanos, Runnable action) {
        if (!timers.containsKey(reason)) {
            timers.put(reason, setting.loop().schedule(delayNanos, () -> {
                timers.remove(reason);
                action.run();
            }));
        }
    }

    /** Nothing comes later. */
    void cancel() {
        timers.values().forEach(EventLoop.Timer::cancel);
        timers.clear();
    }
}
