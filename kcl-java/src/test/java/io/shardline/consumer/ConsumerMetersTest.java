package io.shardline.consumer;

import static io.shardline.consumer.simulation.SimulatedFleet.shardId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardline.consumer.simulation.BlockingThreads;
import io.shardline.consumer.simulation.SimulatedFleet;
import io.shardline.consumer.simulation.SimulatedWorker;
import io.shardline.testkit.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is counted and measured, under which names. */
class ConsumerMetersTest {

    private static final ConsumerConfig CONFIG = ConsumerConfig.builder(
                    "test", SimulatedFleet.STREAM, StartingPosition.trimHorizon())
            .build();

    private final SimulatedFleet fleet = new SimulatedFleet(1, 2);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ConsumerMeters meters = new ConsumerMeters(registry, CONFIG);

    private double count(String name) {
        return registry.get("shardline.consumer." + name).counter().count();
    }

    private double gauge(String name) {
        return registry.get("shardline.consumer." + name).gauge().value();
    }

    @Test
    void whatIsHandledIsCounted() {
        SimulatedWorker worker = fleet.worker("w")
                .listener(meters::on)
                .blocking()
                .before((record, context) -> {
                    BlockingThreads.block(Duration.ofSeconds(2));
                    if (record.partitionKey().equals("3") && context.attempt() == 1) {
                        throw new IOException("once");
                    }
                });
        meters.watch(worker.consumer());
        worker.start();
        fleet.advance(Duration.ofSeconds(2));
        fleet.putAggregate("1", "2", "3");

        fleet.until(() -> fleet.texts().size() == 3);
        fleet.advance(Duration.ofSeconds(10));

        assertThat(registry.get("shardline.consumer.user.records.handled")
                        .tag("stream", "flights")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(count("kinesis.bytes.handled")).isBetween(20.0, 200.0);
        assertThat(registry.get("shardline.consumer.handler").timer().totalTime(TimeUnit.SECONDS))
                .as("four calls of two seconds")
                .isBetween(8.0, 8.1);
        assertThat(count("handler.failures")).isEqualTo(1);
        assertThat(count("checkpoints")).isBetween(1.0, 3.0);
        assertThat(count("leases.taken")).isEqualTo(2);
        assertThat(gauge("leases")).isEqualTo(2);
        assertThat(gauge("leases.troubled")).isZero();
        assertThat(gauge("healthy")).isEqualTo(1);
        assertThat(gauge("behind.latest")).isZero();
        assertThat(gauge("loop.delay")).isLessThan(0.001);
        assertThat(gauge("prefetch.bytes")).isGreaterThanOrEqualTo(0);
        assertThat(registry.get("shardline.consumer.table.calls")
                        .functionCounter()
                        .count())
                .isGreaterThan(5);
        assertThat(registry.getMeters()).extracting(Meter::getId).allSatisfy(id -> {
            assertThat(id.getTag("application")).isEqualTo("test");
            assertThat(id.getTag("shard")).isNull();
        });
    }

    @Test
    void whatGoesWrongIsCounted() {
        SimulatedWorker worker = fleet.worker("w")
                .listener(meters::on)
                .with(config -> config.giveUp(GiveUpPolicy.skipAfter(2)))
                .before((record, context) -> {
                    throw new IOException("never");
                });
        worker.start();
        fleet.putInto(shardId(0), "1");
        fleet.until(() -> !worker.events(ConsumerEvent.RecordsSkipped.class).isEmpty());
        worker.network().cut();
        fleet.until(() -> !worker.events(ConsumerEvent.SessionOver.class).isEmpty());
        worker.network().mend();
        fleet.advance(Duration.ofSeconds(10));
        worker.stop();

        assertThat(count("user.records.skipped")).isEqualTo(1);
        assertThat(count("handler.failures")).isEqualTo(2);
        assertThat(count("sessions.lost")).isEqualTo(1);
        assertThat(count("leases.lost")).isEqualTo(2);
        assertThat(count("leases.taken")).isEqualTo(4);
        assertThat(count("leases.given")).isEqualTo(2);
    }

    @Test
    void reportsOfALeaseTableThatCannotBeUsedAreCounted() {
        meters.on(new ConsumerEvent.LeaseTableUnusable(Duration.ZERO, "not allowed"));

        assertThat(count("table.unusable")).isEqualTo(1);
    }

    @Test
    void readsThatFailAreCountedByTheirCode() {
        SimulatedWorker worker = fleet.worker("w")
                .listener(meters::on)
                .faults((operation, request) ->
                        operation.equals("GetRecords") ? new Fault.Throttle() : new Fault.None());
        worker.start();

        fleet.advance(Duration.ofSeconds(10));

        assertThat(registry.get("shardline.consumer.reads.failed")
                        .tag("code", "ProvisionedThroughputExceededException")
                        .counter()
                        .count())
                .isGreaterThan(2);
    }

    @Test
    void shardsAreTagsForThoseWhoAsk() {
        SimulatedWorker worker = fleet.worker("w").listener(ConsumerMeters.withShards(registry, CONFIG)::on);
        worker.start();
        fleet.putInto(shardId(1), "1");
        fleet.until(() -> fleet.texts().size() == 1);
        fleet.advance(Duration.ofSeconds(1));

        assertThat(registry.get("shardline.consumer.user.records.handled")
                        .tag("shard", shardId(1))
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theStreamOfAShardIsInItsKeyWhereThereAreSeveral() {
        ConsumerMeters withShards = ConsumerMeters.withShards(registry, CONFIG);

        withShards.on(new ConsumerEvent.LeaseTaken("123456789012:departures:1700000000:" + shardId(3), 1));

        assertThat(registry.get("shardline.consumer.leases.taken")
                        .tags("stream", "departures", "shard", shardId(3))
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theGuideNamesEveryMeterAndNoOther() throws IOException {
        meters.watch(fleet.worker("w").consumer());
        Throwable failure = new IOException("no");
        Position position = new Position("1", 0);
        List.of(
                        new ConsumerEvent.SessionOver("s", "why"),
                        new ConsumerEvent.LeaseTableUnusable(Duration.ZERO, "not allowed"),
                        new ConsumerEvent.StreamFailed("stream", new ConsumerException("no", null)),
                        new ConsumerEvent.LeaseTaken("shard", 1),
                        new ConsumerEvent.LeaseLost("shard", "why"),
                        new ConsumerEvent.LeaseGiven("shard", ""),
                        new ConsumerEvent.ShardEnded("shard"),
                        new ConsumerEvent.BatchHandled("shard", 1, 1, Duration.ZERO, Duration.ZERO),
                        new ConsumerEvent.CheckpointWritten("shard", position),
                        new ConsumerEvent.ShardStopped("shard", 1, failure),
                        new ConsumerEvent.RecordsSkipped("shard", position, position, 1, 1, failure),
                        new ConsumerEvent.HandlerCancelled("shard", Duration.ZERO),
                        new ConsumerEvent.ShardStalled("shard", Duration.ZERO, "nothing"),
                        new ConsumerEvent.HandlerFailed("shard", 1, failure),
                        new ConsumerEvent.ReadFailed("shard", 1, failure),
                        new ConsumerEvent.RecordsMayHaveExpired("shard", position, null, null),
                        new ConsumerEvent.RetrievalSwitched("stream", true, "lag"),
                        new ConsumerEvent.EntriesDropped("shard", 1))
                .forEach(meters::on);

        List<String> named = Pattern.compile("(?m)^\\| `([a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("../docs/consumer.md")))
                .results()
                .map(row -> "shardline.consumer." + row.group(1))
                .toList();

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactlyInAnyOrderElementsOf(named);
    }

    @Test
    void withoutMicrometerAMessageNamesTheDependency() {
        assertThatThrownBy(() -> Class.forName(ConsumerMeters.class.getName(), true, new WithoutMicrometer()))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessage("ConsumerMeters needs the class io.micrometer.core.instrument.MeterRegistry, which is not"
                        + " there: add the dependency io.micrometer:micrometer-core");
    }

    /** Loads the meters anew, where there is no Micrometer. Thread-safe. */
    private static final class WithoutMicrometer extends ClassLoader {

        private static final String METERS = ConsumerMeters.class.getName();

        WithoutMicrometer() {
            super(ConsumerMeters.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            return name.equals(METERS) ? defined() : super.loadClass(name, resolve);
        }

        private Class<?> defined() throws ClassNotFoundException {
            synchronized (getClassLoadingLock(METERS)) {
                Class<?> known = findLoadedClass(METERS);
                if (known != null) {
                    return known;
                }
                try (InputStream stream = getResourceAsStream(METERS.replace('.', '/') + ".class")) {
                    byte[] bytes = Objects.requireNonNull(stream, METERS).readAllBytes();
                    return defineClass(METERS, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(METERS, e);
                }
            }
        }
    }
}
