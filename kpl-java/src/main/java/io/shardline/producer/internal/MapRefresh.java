package io.shardline.producer.internal;

import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Decides when a stream's shards are listed: at the first record, when a result shows that the map is old, and now and then.
 *
 * <p>One listing runs at a time. All waits have jitter, because every producer of a stream learns of a split in the same
 * moment, and ListShards has a limit per stream. Confined to the loop, but for {@link #trouble}.
 */
final class MapRefresh {

    /** A map in use is asked for again after about this time: a stream may have been deleted and made anew. */
    static final long MAP_AGE_NANOS = Duration.ofMinutes(5).toNanos();

    private static final long LEAST_SPACING_NANOS = Duration.ofMillis(100).toNanos();
    private static final long MOST_JITTER_NANOS = Duration.ofMillis(100).toNanos();
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
    private static final Logger log = Logs.of(MapRefresh.class);

    private final StreamLanes stream;
    private final LoopContext context;
    private boolean running;
    private boolean known;
    private long notBefore;
    private long listedAt;
    private long oldAt = Ticks.NEVER;
    private int failures;

    /** Of the last attempt; null if it succeeded. */
    private volatile @Nullable ServiceFailure trouble;

    MapRefresh(StreamLanes stream, LoopContext context) {
        this.stream = stream;
        this.context = context;
    }

    /** Asks for a new map, unless one is being fetched. */
    void request() {
        requestWithin(known ? MOST_JITTER_NANOS : 0);
    }

    /** Asks for a new map without jitter, for a reason that not every producer of the stream has just now. */
    void requestAtOnce() {
        requestWithin(0);
    }

    private void requestWithin(long mostJitter) {
        if (running) {
            return;
        }
        running = true;
        long now = context.ticks().now();
        long jitter = (long) (context.random().nextDouble() * mostJitter);
        long delay = Math.max(0, notBefore - now) + jitter;
        if (delay == 0) {
            list();
        } else {
            context.loop().schedule(delay, this::list);
        }
    }

    /** Asks for a new map if the present one has served its time. */
    void requestIfOld(long now) {
        if (now >= oldAt) {
            request();
        }
    }

    /** Something threw: the answer to a question may never come. */
    void recover() {
        running = false;
    }

    private void list() {
        listedAt = context.ticks().now();
        context.listing()
                .list(stream.name(), null, failure -> trouble = ServiceFailure.of(failure))
                .whenComplete((shards, thrown) -> context.loop().run(() -> listed(shards, thrown)));
    }

    /** What stands in the way of a map; empty if nothing is known to. From any thread. */
    Optional<String> trouble() {
        ServiceFailure last = trouble;
        return last == null ? Optional.empty() : Optional.of(last.code() + ": " + last.message());
    }

    private void listed(@Nullable List<Shard> shards, @Nullable Throwable thrown) {
        running = false;
        if (shards == null) {
            failed(ServiceFailure.of(
                    thrown != null ? thrown : new IllegalStateException("neither shards nor a failure")));
            return;
        }
        ShardMap map;
        try {
            map = ShardMap.of(shards);
        } catch (RuntimeException e) {
            failed(new ServiceFailure("BadListing", "the listing makes no sense: " + e, 0));
            return;
        }
        if (map != null) {
            succeeded(map);
        } else {
            failed(new ServiceFailure("IncompleteListing", "the open shards do not cover all hash keys just now", 0));
        }
    }

    private void succeeded(ShardMap map) {
        known = true;
        trouble = null;
        long now = context.ticks().now();
        notBefore = now + LEAST_SPACING_NANOS;
        oldAt = nextLook(now);
        context.outcomes()
                .happened(() ->
                        new ProducerEvent.ShardsListed(stream.name(), map.open().size()));
        boolean enough = stream.mapArrived(map, listedAt);
        failures = enough ? 0 : failures + 1;
        againUnless(enough, now);
    }

    private long nextLook(long now) {
        return now + MAP_AGE_NANOS + (long) ((context.random().nextDouble() - 0.5) * 0.4 * MAP_AGE_NANOS);
    }

    private void failed(ServiceFailure failure) {
        long now = context.ticks().now();
        failures++;
        trouble = failure;
        log.warn("no shard map stream={} code={} message={}", stream.name(), failure.code(), failure.message());
        context.outcomes()
                .happened(() -> new ProducerEvent.ShardListingFailed(stream.name(), failure.code(), failure.message()));
        boolean enough = stream.mapFailed(failure);
        if (stream.isWithoutMap()) {
            oldAt = nextLook(now); // the permission may come
        }
        againUnless(enough, now);
    }

    private void againUnless(boolean enough, long now) {
        if (failures > 0) {
            notBefore = now + BACKOFF.delayNanos(failures, context.random());
        }
        if (!enough) {
            request();
        }
    }
}
