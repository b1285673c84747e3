package io.shardline.consumer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.runtime.internal.OptionalDependency;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A consumer's events and its health as Micrometer meters; names, units and KCL's counterparts are in the consumer's guide.
 *
 * <p>Micrometer is an optional dependency: to use this class, add {@code micrometer-core}. Give an instance to the consumer as its
 * listener, then {@link #watch} the consumer. All meters have the tag {@code application}; those about shards also have {@code
 * stream}. They have the tag {@code shard} only with {@link #withShards}, because every reshard then adds time series.
 * Thread-safe.
 */
public final class ConsumerMeters implements ConsumerListener {

    static {
        OptionalDependency.require(
                ConsumerMeters.class, "io.micrometer.core.instrument.MeterRegistry", "io.micrometer:micrometer-core");
    }

    private static final String PREFIX = "shardline.consumer.";

    private final MeterRegistry registry;
    private final Tags tags;
    private final String onlyStream;
    private final boolean shardsTagged;

    /** Meters that are registered when they are first needed. */
    public ConsumerMeters(MeterRegistry registry, ConsumerConfig config) {
        this(registry, config, false);
    }

    private ConsumerMeters(MeterRegistry registry, ConsumerConfig config, boolean shardsTagged) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.tags = Tags.of("application", config.applicationName());
        this.onlyStream = config.streams().get(0).streamName();
        this.shardsTagged = shardsTagged;
    }

    /** The same, with the tag {@code shard} beside {@code stream}. */
    public static ConsumerMeters withShards(MeterRegistry registry, ConsumerConfig config) {
        return new ConsumerMeters(registry, config, true);
    }

    /**
     * Registers gauges of a consumer's health. If several consumers of one application share a registry, the gauges are those of the
     * first.
     *
     * @param consumer held by a weak reference, as gauges do
     */
    public void watch(ShardlineConsumer consumer) {
        gauge("leases", consumer, health -> health.shards().size());
        gauge(
                "leases.troubled",
                consumer,
                health -> health.shards().stream()
                        .filter(ShardHealth::isInTrouble)
                        .count());
        gauge("healthy", consumer, health -> health.isHealthy() ? 1 : 0);
        time("behind.latest", consumer, ConsumerMeters::mostBehind);
        time("loop.delay", consumer, ConsumerHealth::loopDelay);
        Gauge.builder(PREFIX + "prefetch.bytes", consumer, c -> c.health().prefetchBytes())
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(
                        PREFIX + "table.calls", consumer, c -> c.health().tableCalls())
                .tags(tags)
                .register(registry);
    }

    private void gauge(String name, ShardlineConsumer consumer, ToDoubleFunction<ConsumerHealth> value) {
        Gauge.builder(PREFIX + name, consumer, c -> value.applyAsDouble(c.health()))
                .tags(tags)
                .register(registry);
    }

    private void time(String name, ShardlineConsumer consumer, Function<ConsumerHealth, Duration> value) {
        TimeGauge.builder(
                        PREFIX + name,
                        consumer,
                        TimeUnit.NANOSECONDS,
                        c -> value.apply(c.health()).toNanos())
                .tags(tags)
                .register(registry);
    }

    private static Duration mostBehind(ConsumerHealth health) {
        Duration most = Duration.ZERO;
        for (ShardHealth shard : health.shards()) {
            Duration behind = shard.behindLatest();
            if (behind != null && behind.compareTo(most) > 0) {
                most = behind;
            }
        }
        return most;
    }

    @Override
    public void on(ConsumerEvent event) {
        if (event instanceof ConsumerEvent.BatchHandled batch) {
            batchHandled(batch);
        } else if (event instanceof ConsumerEvent.CheckpointWritten written) {
            count("checkpoints", written.shardId());
        } else if (event instanceof ConsumerEvent.RecordsSkipped skipped) {
            counter("user.records.skipped", ofShard(skipped.shardId())).increment(skipped.count());
        } else if (event instanceof ConsumerEvent.EntriesDropped dropped) {
            counter("user.records.dropped", ofShard(dropped.shardId())).increment(dropped.count());
        } else if (event instanceof ConsumerEvent.ReadFailed failed) {
            Tags code = ofShard(failed.shardId()).and("code", ServiceErrors.code(failed.failure()));
            counter("reads.failed", code).increment();
        } else if (event instanceof ConsumerEvent.SessionOver) {
            counter("sessions.lost", tags).increment();
        } else if (event instanceof ConsumerEvent.LeaseTableUnusable) {
            counter("table.unusable", tags).increment();
        } else if (event instanceof ConsumerEvent.StreamFailed failed) {
            counter("streams.failed", tags.and("stream", failed.streamName())).increment();
        } else if (event instanceof ConsumerEvent.RetrievalSwitched switched) {
            Tags how = tags.and("stream", switched.streamName())
                    .and("to", switched.isFanOut() ? "fan-out" : "polling")
                    .and("why", switched.why());
            counter("retrieval.switches", how).increment();
        } else {
            countLease(event);
            countTrouble(event);
        }
    }

    private void batchHandled(ConsumerEvent.BatchHandled batch) {
        Tags shard = ofShard(batch.shardId());
        counter("user.records.handled", shard).increment(batch.records());
        Counter.builder(PREFIX + "kinesis.bytes.handled")
                .baseUnit("bytes")
                .tags(shard)
                .register(registry)
                .increment((double) batch.bytes());
        Timer.builder(PREFIX + "handler").tags(shard).register(registry).record(batch.took());
        Timer.builder(PREFIX + "batch.behind.latest")
                .tags(shard)
                .register(registry)
                .record(batch.behindLatest());
    }

    private void countLease(ConsumerEvent event) {
        if (event instanceof ConsumerEvent.LeaseTaken taken) {
            count("leases.taken", taken.shardId());
        } else if (event instanceof ConsumerEvent.LeaseLost lost) {
            count("leases.lost", lost.shardId());
        } else if (event instanceof ConsumerEvent.LeaseGiven given) {
            count("leases.given", given.shardId());
        } else if (event instanceof ConsumerEvent.ShardEnded ended) {
            count("shards.ended", ended.shardId());
        }
    }

    private void countTrouble(ConsumerEvent event) {
        if (event instanceof ConsumerEvent.HandlerFailed failed) {
            count("handler.failures", failed.shardId());
        } else if (event instanceof ConsumerEvent.HandlerCancelled cancelled) {
            count("handler.cancelled", cancelled.shardId());
        } else if (event instanceof ConsumerEvent.ShardStopped stopped) {
            count("shards.stopped", stopped.shardId());
        } else if (event instanceof ConsumerEvent.ShardStalled stalled) {
            count("shards.stalled", stalled.shardId());
        } else if (event instanceof ConsumerEvent.RecordsMayHaveExpired expired) {
            count("records.expired", expired.shardId());
        }
    }

    private void count(String name, String shardId) {
        counter(name, ofShard(shardId)).increment();
    }

    private Counter counter(String name, Tags with) {
        return registry.counter(PREFIX + name, with);
    }

    private Tags ofShard(String lease) {
        LeaseKey key = LeaseKey.parse(lease);
        String stream = key.streamName();
        Tags ofStream = tags.and("stream", stream == null ? onlyStream : stream);
        return shardsTagged ? ofStream.and("shard", key.shardId()) : ofStream;
    }
}
