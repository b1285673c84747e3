package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is counted and measured of a producer, under which names, and that the guide says so. */
class ProducerMetersTest {

    private static final String PREFIX = "shardline.producer.";
    private static final String STREAM = "flights";
    private static final String SHARD = "shardId-000000000000";
    private static final String THROTTLED = "ProvisionedThroughputExceededException";
    private static final Duration ONE_WAY = Duration.ofMillis(10);

    /** A row of the guide's table: the meter, its unit and kind, its tags. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z.]+)` \\| ([a-z0-9 ]+), ([a-z]+) \\| ([a-z, ]*)\\|");

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess app = time.process("app");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ProducerMeters meters = new ProducerMeters(registry);

    private ShardlineProducer start(ProducerConfig config, int shards, Faults faults) {
        SimulatedProcess service = time.process("kinesis");
        KinesisEmulator kinesis = KinesisEmulator.builder()
                .scheduler(service.executor("front"))
                .wallClock(service.wallClock())
                .random(service.random())
                .streamTransition(Duration.ofMillis(1))
                .build();
        kinesis.createStream(STREAM, shards);
        ShardlineProducer producer = ShardlineProducer.builder()
                .config(config)
                .client(kinesis.client(ClientSettings.defaults()
                        .latency(Latency.fixed(ONE_WAY))
                        .faults(faults)
                        .callbacks(app.pool("sdk", 4))))
                .platform(new Platform(
                        app.executor("loop"),
                        app.pool("io", 2),
                        app.pool("priority-io", 1),
                        app.pool("user", 2),
                        app.nanoTime(),
                        app.wallClock(),
                        app.random()))
                .listener(meters)
                .build();
        meters.watch(producer);
        return producer;
    }

    private void await(CompletableFuture<?> future) {
        time.runUntil(future::isDone, Duration.ofMinutes(1));
    }

    private double gauge(String name) {
        return registry.get(PREFIX + name).gauge().value();
    }

    private Counter counter(String name, String... tags) {
        return registry.get(PREFIX + name).tags(tags).counter();
    }

    private DistributionSummary summary(String name, String... tags) {
        return registry.get(PREFIX + name).tags(tags).summary();
    }

    private Timer timer(String name, String... tags) {
        return registry.get(PREFIX + name).tags(tags).timer();
    }

    private double takenRecords() {
        return registry.get(PREFIX + "user.records.taken").functionCounter().count();
    }

    @Test
    void whatIsOutstandingIsSeenUntilItIsStored() {
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ofSeconds(1)).build();
        ShardlineProducer producer = start(config, 1, Faults.none());
        for (int i = 0; i < 10; i++) {
            producer.put(STREAM, UserRecord.of("k", new byte[10]));
        }
        time.advance(Duration.ofMillis(500));

        assertThat(takenRecords()).isEqualTo(10);
        assertThat(gauge("outstanding.records")).isEqualTo(10);
        assertThat(gauge("outstanding.bytes"))
                .isEqualTo((double) producer.statistics().outstandingBytes())
                .isGreaterThan(110);
        assertThat(registry.get(PREFIX + "oldest.age").timeGauge().value(TimeUnit.MILLISECONDS))
                .isCloseTo(500, within(11.0));
        assertThat(gauge("endpoint.lost")).isZero();

        await(producer.flush());

        assertThat(takenRecords()).isEqualTo(10);
        assertThat(gauge("outstanding.records")).isZero();
        assertThat(gauge("outstanding.bytes")).isZero();
        assertThat(gauge("oldest.age")).isZero();
    }

    @Test
    void whatIsRefusedOnceAndThenStoredIsCounted() {
        AtomicInteger requests = new AtomicInteger();
        ShardlineProducer producer = start(
                ProducerConfig.defaults(),
                1,
                (operation, request) -> operation.equals("PutRecords") && requests.getAndIncrement() == 0
                        ? new Fault.PartialFailure(index -> true, THROTTLED)
                        : new Fault.None());
        for (int i = 0; i < 10; i++) {
            producer.put(STREAM, UserRecord.of("k", new byte[10]));
        }
        await(producer.flush());

        String[] shard = {"stream", STREAM, "shard", SHARD};
        assertThat(counter("user.records.stored", shard).count()).isEqualTo(10);
        assertThat(counter("user.bytes.stored", shard).count()).isEqualTo(110);
        assertThat(counter("kinesis.records.stored", shard).count()).isEqualTo(1);
        assertThat(counter("kinesis.bytes.stored", shard).count()).isBetween(150.0, 200.0);
        assertThat(counter("kinesis.records.refused", "stream", STREAM, "shard", SHARD, "code", THROTTLED)
                        .count())
                .isEqualTo(1);
        assertThat(summary("retries", shard).count()).isEqualTo(1);
        assertThat(summary("retries", shard).totalAmount()).isEqualTo(1);
        assertThat(timer("waiting", shard).count()).isEqualTo(1);
        assertThat(timer("waiting", shard).totalTime(TimeUnit.MILLISECONDS)).isBetween(20.0, 200.0);
        assertThat(timer("request", "stream", STREAM, "code", "none").count()).isEqualTo(2);
        assertThat(timer("request", "stream", STREAM, "code", "none").totalTime(TimeUnit.MILLISECONDS))
                .isCloseTo(40, within(1.0));
        assertThat(summary("user.records.per.kinesis.record", shard).totalAmount())
                .isEqualTo(10);
        assertThat(summary("kinesis.records.per.request", "stream", STREAM).totalAmount())
                .isEqualTo(2);
        assertThat(summary("user.records.per.request", "stream", STREAM).totalAmount())
                .isEqualTo(20);
    }

    @Test
    void endpointThatIsLostAndWhatIsGivenUpForItAreCounted() {
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        ShardlineProducer producer = start(
                config,
                20,
                (operation, request) -> operation.equals("PutRecords")
                        ? new Fault.ServiceFailure("InternalFailure", 500)
                        : new Fault.None());
        for (int i = 0; i < 40; i++) {
            producer.put(STREAM, UserRecord.of("key-" + i, new byte[1]));
            time.advance(Duration.ofMillis(20));
        }
        time.advance(Duration.ofSeconds(5));

        assertThat(gauge("endpoint.lost")).isEqualTo(1);
        assertThat(timer("request", "stream", STREAM, "code", "InternalFailure").count())
                .isGreaterThan(10);

        await(producer.closeAsync(Duration.ZERO));

        assertThat(counter("user.records.given.up", "stream", STREAM, "reason", "CLOSED")
                        .count())
                .isEqualTo(40);
    }

    @Test
    void whatIsRefusedAtTheDoorIsNotCounted() {
        ProducerConfig config = ProducerConfig.builder()
                .linger(Duration.ofSeconds(1))
                .maxRecordSize(1_024)
                .memoryBudget(4_096)
                .fullBudget(FullBudget.FAIL)
                .build();
        ShardlineProducer producer = start(config, 1, Faults.none());
        List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
        puts.add(producer.put(STREAM, UserRecord.of("k", new byte[1_000])));
        puts.add(producer.put(STREAM, UserRecord.of("k", new byte[1_000])));
        await(producer.closeAsync(Duration.ofSeconds(10)));
        puts.add(producer.put(STREAM, UserRecord.of("k", new byte[1_000])));

        assertThat(puts).extracting(ProducerMetersTest::outcome).containsExactly("stored", "BUDGET_FULL", "CLOSED");
        assertThat(takenRecords()).isEqualTo(1);
        assertThat(registry.find(PREFIX + "user.records.given.up").counters()).isEmpty();
    }

    private static String outcome(CompletableFuture<PutReceipt> put) {
        return put.handle((receipt, failure) -> failure instanceof PutFailedException failed
                        ? failed.reason().name()
                        : "stored")
                .join();
    }

    @Test
    void theGuideHasEveryMeterWithItsUnitKindAndTagsAndNoOther() throws IOException {
        start(ProducerConfig.defaults(), 1, Faults.none());
        List.of(
                        new ProducerEvent.KinesisRecordStored(STREAM, SHARD, 1, 1, 1, Duration.ZERO, 0),
                        new ProducerEvent.KinesisRecordRefused(STREAM, SHARD, 1, THROTTLED),
                        new ProducerEvent.RequestAnswered(STREAM, 1, 1, 1, Duration.ZERO, Optional.empty()),
                        new ProducerEvent.UserRecordGivenUp(STREAM, FailureReason.EXPIRED, 1))
                .forEach(meters);

        List<String> documented = ROW.matcher(guide())
                .results()
                .map(row -> described(row.group(1), row.group(2), row.group(3), row.group(4)))
                .toList();

        assertThat(registry.getMeters())
                .extracting(ProducerMetersTest::described)
                .containsExactlyInAnyOrderElementsOf(documented);
    }

    private static String described(Meter meter) {
        Meter.Id id = meter.getId();
        String unit = Optional.ofNullable(id.getBaseUnit()).orElse("records");
        String tags = id.getTags().stream().map(Tag::getKey).sorted().collect(Collectors.joining(", "));
        String kind = switch (id.getType()) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case TIMER -> "timer";
            case DISTRIBUTION_SUMMARY -> "summary";
            case LONG_TASK_TIMER, OTHER -> "other";
        };
        return String.join(" | ", id.getName(), unit, kind, tags);
    }

    private static String described(String name, String unit, String kind, String tags) {
        String baseUnit = switch (unit) {
            case "bytes" -> "bytes";
            case "time" -> "seconds";
            default -> "records";
        };
        String sorted = Arrays.stream(tags.split("[, ]+")).sorted().collect(Collectors.joining(", "));
        return String.join(" | ", PREFIX + name, baseUnit, kind, sorted);
    }

    @Test
    void theGuideHasEveryMetricOfKpls() throws IOException {
        assertThat(guide())
                .contains("`UserRecordsReceived`", "`UserRecordsPending`", "`UserRecordsPut`", "`UserRecordsDataPut`")
                .contains("`KinesisRecordsPut`", "`KinesisRecordsDataPut`", "`ErrorsByCode`", "`AllErrors`")
                .contains("`RetriesPerRecord`", "`UserRecordExpired`", "`BufferingTime`", "`RequestTime`")
                .contains("`UserRecordsPerKinesisRecord`", "`KinesisRecordsPerPutRecordsRequest`")
                .contains("`UserRecordsPerPutRecordsRequest`", "`UnhealthyDaemon`");
    }

    private static String guide() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "producer.md"));
        return text.substring(text.indexOf("## Meters"));
    }

    @Test
    void withoutMicrometerAMessageNamesTheDependency() {
        assertThatThrownBy(() -> Class.forName(ProducerMeters.class.getName(), true, new WithoutMicrometer()))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessage("ProducerMeters needs the class io.micrometer.core.instrument.MeterRegistry, which is not"
                        + " there: add the dependency io.micrometer:micrometer-core");
    }

    /** Loads the meters anew, where there is no Micrometer. Thread-safe. */
    private static final class WithoutMicrometer extends ClassLoader {

        private static final String METERS = ProducerMeters.class.getName();

        WithoutMicrometer() {
            super(ProducerMeters.class.getClassLoader());
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
