package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.ConsumerHealth;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.FleetHealth;
import io.shardline.consumer.internal.lease.KnownFleet;
import io.shardline.consumer.internal.lease.SetAside;
import io.shardline.consumer.internal.lease.StoreCalls;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the consumer every second, keeps the picture for whoever wants to see it, and knows when it is ready.
 *
 * <p>{@link #latest}, {@link #latestOfFleet}, {@link #ready} and {@link #awaitReady} may be called from any thread; all else is
 * confined to the loop.
 */
public final class HealthBoard {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Until the consumer is ready for the first time, as somebody may wait for that. */
    private static final long START_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A delay of the loop is remembered for between one and two of these. */
    private static final long DELAY_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final Looked looked;
    private final EventFeed events;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean wasReady;
    private long longestDelay;
    private long longestBefore;
    private long windowEnds;
    private volatile Picture latest;

    /** What is looked at. */
    record Looked(
            Supplier<ConsumerState> state,
            Supplier<String> preparation,
            HeldShards held,
            ConsumerConfig config,
            StoreCalls calls,
            TableOutage outage) {}

    /** A picture, and when it was taken. */
    private record Picture(ConsumerHealth health, KnownFleet fleet, long takenAt) {}

    /** A board with a picture of the consumer as it is now. */
    HealthBoard(EventLoop loop, LongSupplier nanoTime, Looked looked, EventFeed events) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.looked = looked;
        this.events = events;
        this.windowEnds = nanoTime.getAsLong() + DELAY_WINDOW_NANOS;
        this.latest = take();
    }

    /** Begins to look. */
    void start() {
        look();
        lookLater();
    }

    /** Takes a picture now. */
    void look() {
        looked.outage().look();
        latest = take();
        if (!wasReady && latest.health().isReady()) {
            wasReady = true;
            events.complete(() -> ready.complete(null));
        }
    }

    /** It ends, and if it was not ready before it never will be. On a user-code thread. */
    void notReady(ConsumerException why) {
        ready.completeExceptionally(why);
    }

    /** Completes, on a user-code thread, when this worker does its part; fails if it ends before. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** Waits for that, on the caller's thread, and says what it waits for if it takes too long. */
    public void awaitReady(Duration limit) {
        try {
            ready.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            String waitsFor = latest().waitsFor();
            throw new ConsumerException("the consumer is not ready after " + limit + "; it waits for " + waitsFor, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConsumerException("interrupted while the consumer became ready", e);
        } catch (ExecutionException e) {
            Throwable why = ServiceErrors.cause(e);
            throw new ConsumerException(String.valueOf(why.getMessage()), why);
        }
    }

    /** The last picture, with its age. */
    public ConsumerHealth latest() {
        Picture picture = latest;
        return withAge(picture.health(), Duration.ofNanos(nanoTime.getAsLong() - picture.takenAt()));
    }

    /** The same of the whole application. */
    public FleetHealth latestOfFleet() {
        Picture picture = latest;
        long now = nanoTime.getAsLong();
        ConsumerHealth own = withAge(picture.health(), Duration.ofNanos(now - picture.takenAt()));
        return new FleetPicture(looked.config().workerId(), own, picture.fleet(), now).show();
    }

    private static ConsumerHealth withAge(ConsumerHealth health, Duration age) {
        return new ConsumerHealth(
                health.state(),
                health.session(),
                health.waitsFor(),
                health.problems(),
                health.shards(),
                health.loopDelay(),
                health.prefetchBytes(),
                health.sinceTableAnswer(),
                health.tableCalls(),
                age);
    }

    private void lookLater() {
        long period = wasReady ? PERIOD_NANOS : START_PERIOD_NANOS;
        long due = nanoTime.getAsLong() + period;
        loop.schedule(period, () -> {
            noteDelay(nanoTime.getAsLong(), due);
            look();
            lookLater();
        });
    }

    private void noteDelay(long now, long due) {
        if (now - windowEnds >= 0) {
            windowEnds = now + DELAY_WINDOW_NANOS;
            longestBefore = longestDelay;
            longestDelay = 0;
        }
        longestDelay = Math.max(longestDelay, now - due);
    }

    private Picture take() {
        ConsumerState state = looked.state().get();
        boolean isRunning = state == ConsumerState.RUNNING
                || state == ConsumerState.DISCONNECTED
                || state == ConsumerState.STOPPING;
        HeldShards held = looked.held();
        ConsumerHealth health = new ConsumerHealth(
                state,
                isRunning ? held.book().session().id() : null,
                waitsFor(state),
                isRunning ? problems() : List.of(),
                isRunning ? held.look() : List.of(),
                Duration.ofNanos(Math.max(longestDelay, longestBefore)),
                looked.config().prefetchBudget() - held.budget().free(),
                looked.calls().sinceAnswer(),
                looked.calls().sent(),
                Duration.ZERO);
        return new Picture(health, held.book().known(), nanoTime.getAsLong());
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        looked.outage().problem().ifPresent(problems::add);
        looked.held()
                .book()
                .setAside()
                .reasons()
                .forEach((key, why) ->
                        problems.add(SetAside.consequence(key) + ", as its lease cannot be written: " + why));
        problems.addAll(looked.held().retrievals().problems());
        looked.held()
                .syncs()
                .unreadable()
                .reasons()
                .forEach((key, why) ->
                        problems.add("shard " + key + " is read by nobody, as its lease cannot be read: " + why));
        return List.copyOf(problems);
    }

    private @Nullable String waitsFor(ConsumerState state) {
        return switch (state) {
            case NEW -> looked.preparation().get();
            case RUNNING, DISCONNECTED -> looked.held().waitsFor();
            case STOPPING, STOPPED, FAILED -> null;
        };
    }
}
