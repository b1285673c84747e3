package io.shardline.producer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.shardline.runtime.internal.OptionalDependency;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A producer's events as Micrometer meters; names, tags and KPL's counterparts are in docs/producer.md.
 *
 * <p>Micrometer is an optional dependency: who uses this class adds {@code micrometer-core}. Give it to the producer as its
 * listener, then {@link #watch} the producer. Thread-safe.
 */
public final class ProducerMeters implements Consumer<ProducerEvent> {

    static {
        OptionalDependency.require(
                ProducerMeters.class, "io.micrometer.core.instrument.MeterRegistry", "io.micrometer:micrometer-core");
    }

    private static final String PREFIX = "shardline.producer.";

    private final MeterRegistry registry;

    /** Meters that are registered as they are first needed. */
    public ProducerMeters(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /**
     * Registers gauges of a producer's statistics; of several producers in one registry the first has them.
     *
     * @param producer kept weakly, as gauges do
     */
    public void watch(ShardlineProducer producer) {
        FunctionCounter.builder(
                        PREFIX + "user.records.taken",
                        producer,
                        p -> p.statistics().takenRecords())
                .register(registry);
        Gauge.builder(
                        PREFIX + "outstanding.records",
                        producer,
                        p -> p.statistics().outstandingRecords())
                .register(registry);
        Gauge.builder(
                        PREFIX + "outstanding.bytes",
                        producer,
                        p -> p.statistics().outstandingBytes())
                .baseUnit("bytes")
                .register(registry);
        TimeGauge.builder(
                        PREFIX + "oldest.age",
                        producer,
                        TimeUnit.NANOSECONDS,
                        p -> p.statistics().oldestAge().toNanos())
                .register(registry);
        Gauge.builder(PREFIX + "endpoint.lost", producer, p -> p.statistics().endpointLost() ? 1 : 0)
                .register(registry);
    }

    @Override
    public void accept(ProducerEvent event) {
        if (event instanceof ProducerEvent.KinesisRecordStored stored) {
            stored(stored);
        } else if (event instanceof ProducerEvent.RequestAnswered answered) {
            answered(answered);
        } else if (event instanceof ProducerEvent.KinesisRecordRefused refused) {
            Tags tags = Tags.of("stream", refused.stream(), "shard", refused.shardId(), "code", refused.errorCode());
            registry.counter(PREFIX + "kinesis.records.refused", tags).increment();
        } else if (event instanceof ProducerEvent.UserRecordGivenUp givenUp) {
            Tags tags = Tags.of(
                    "stream", givenUp.stream(), "reason", givenUp.reason().name());
            registry.counter(PREFIX + "user.records.given.up", tags).increment();
        }
    }

    private void stored(ProducerEvent.KinesisRecordStored stored) {
        Tags tags = Tags.of("stream", stored.stream(), "shard", stored.shardId());
        registry.counter(PREFIX + "user.records.stored", tags).increment(stored.userRecords());
        bytes("user.bytes.stored", tags).increment((double) stored.userBytes());
        registry.counter(PREFIX + "kinesis.records.stored", tags).increment();
        bytes("kinesis.bytes.stored", tags).increment((double) stored.bytes());
        summary("user.records.per.kinesis.record", tags).record(stored.userRecords());
        summary("retries", tags).record(stored.retries());
        Timer.builder(PREFIX + "waiting").tags(tags).register(registry).record(stored.waited());
    }

    private void answered(ProducerEvent.RequestAnswered answered) {
        Tags tags = Tags.of("stream", answered.stream());
        Timer.builder(PREFIX + "request")
                .tags(tags.and("code", answered.errorCode().orElse("none")))
                .register(registry)
                .record(answered.duration());
        summary("kinesis.records.per.request", tags).record(answered.kinesisRecords());
        summary("user.records.per.request", tags).record(answered.userRecords());
    }

    private Counter bytes(String name, Tags tags) {
        return Counter.builder(PREFIX + name).baseUnit("bytes").tags(tags).register(registry);
    }

    private DistributionSummary summary(String name, Tags tags) {
        return DistributionSummary.builder(PREFIX + name).tags(tags).register(registry);
    }
}
