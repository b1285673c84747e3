package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.StoreCalls;
import io.shardline.consumer.internal.lease.TableGoneException;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Whether the lease table is of any use: for how long it has refused calls, or left a running worker without a session.
 *
 * <p>Tells that again and again. It ends the consumer only while that starts or stops, when the table is gone, or if the settings
 * say so: whatever else a table refuses, somebody may be mending it. Confined to the consumer loop, but for
 * {@link #isDisconnected}.
 */
final class TableOutage implements StoreCalls.Broken {

    private static final Logger log = Logs.of(TableOutage.class);

    /** A refusal counts for so long after the table last repeated it; what is refused is sent again sooner. */
    private static final long REFUSAL_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** A worker that was only paused has a new session within this time, and nobody needs to hear more of it. */
    private static final long REJOINED_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final EventLoop loop;
    private final ConsumerConfig config;
    private final EventFeed events;
    private final Supplier<@Nullable String> lastFailure;
    private final Owner owner;
    private volatile @Nullable Long sessionEndedAt;
    private @Nullable Long refusedAt;
    private String refusal = "";
    private @Nullable Long begun;
    private long toldAt;

    /** The consumer. Called on the loop. */
    interface Owner {

        /** Whether it has started and does not stop, so that it can wait for better times. */
        boolean canWait();

        /** Where the lease table is. */
        String place();

        /** The consumer ends. */
        void cannotGoOn(ConsumerException why);
    }

    /** @param lastFailure why the last call to the table that failed did so */
    TableOutage(
            EventLoop loop,
            ConsumerConfig config,
            EventFeed events,
            Supplier<@Nullable String> lastFailure,
            Owner owner) {
        this.loop = loop;
        this.config = config;
        this.events = events;
        this.lastFailure = lastFailure;
        this.owner = owner;
    }

    @Override
    public void cannotRead(ConsumerException why) {
        if (owner.canWait()) {
            refused(why);
        } else {
            owner.cannotGoOn(why);
        }
    }

    @Override
    public void cannotWrite(ConsumerException why) {
        if (owner.canWait() && !(why instanceof TableGoneException)) {
            refused(why);
        } else {
            owner.cannotGoOn(why);
        }
    }

    private void refused(ConsumerException why) {
        refusal = String.valueOf(why.getMessage());
        refusedAt = loop.nanoTime();
        look();
    }

    /** The worker's session is over. */
    void sessionEnded() {
        sessionEndedAt = loop.nanoTime();
    }

    /** The worker has a session. */
    void sessionBegan() {
        sessionEndedAt = null;
    }

    /** Whether the worker had a session and has none now. Any thread may ask. */
    boolean isDisconnected() {
        return sessionEndedAt != null;
    }

    /** What is wrong, in a sentence for people. */
    Optional<String> problem() {
        long now = loop.nanoTime();
        Long ended = sessionEndedAt;
        if (ended != null && now - ended >= REJOINED_NANOS) {
            String failure = lastFailure.get();
            return Optional.of("the worker has no session in " + owner.place() + ", and so no shards: "
                    + (failure == null ? "there was no answer" : failure));
        }
        Long refused = refusedAt;
        return refused != null && now - refused < REFUSAL_NANOS ? Optional.of(refusal) : Optional.empty();
    }

    /** Looks whether there is something to tell. */
    void look() {
        if (!owner.canWait()) {
            return;
        }
        long now = loop.nanoTime();
        String problem = problem().orElse(null);
        Long since = begun;
        if (problem == null) {
            if (since != null) {
                log.info(
                        "the lease table can be used again after {}",
                        Duration.ofNanos(now - since).truncatedTo(ChronoUnit.SECONDS));
            }
            begun = null;
        } else if (since == null) {
            begun = now;
            tell(now, now, problem);
        } else if (isTooLong(now - since)) {
            owner.cannotGoOn(new ConsumerException(
                    "the lease table could not be used for "
                            + config.endAfterOutage().orElseThrow() + " (endAfterOutage): " + problem,
                    null));
        } else if (now - toldAt >= config.stalledAfter().toNanos()) {
            tell(now, since, problem);
        }
    }

    private boolean isTooLong(long nanos) {
        return config.endAfterOutage().filter(most -> nanos >= most.toNanos()).isPresent();
    }

    private void tell(long now, long since, String problem) {
        toldAt = now;
        Duration lasted = Duration.ofNanos(now - since).truncatedTo(ChronoUnit.SECONDS);
        log.error("worker={} cannot use the lease table, since={}: {}", config.workerId(), lasted, problem);
        events.emit(new ConsumerEvent.LeaseTableUnusable(lasted, problem));
    }
}
