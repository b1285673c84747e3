package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.STREAM;
import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.time.SimulatedProcess;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ScalingType;

/** With all its faults, the emulator does the same for the same seed. Confined to one thread. */
class EmulatorDeterminismTest {
    /** Written down, so that every JDK has to agree; it changes only with a change of the simulation or the emulator. */
    private static final long TRACE_OF_SEED_42 = 5396510744862932189L;

    @Test
    void oneSeedGivesOneTraceTwiceAndOnEveryJdk() {
        assertThat(traceHash(42)).isEqualTo(traceHash(42)).isEqualTo(TRACE_OF_SEED_42);
    }

    @Test
    void twentySeedsGiveTwentyTracesTheSameOnesAgain() {
        long[] hashes = traceHashes();

        assertThat(hashes).doesNotHaveDuplicates().isEqualTo(traceHashes());
    }

    private static long[] traceHashes() {
        return LongStream.range(0, 20).map(EmulatorDeterminismTest::traceHash).toArray();
    }

    /** Two writers under all kinds of faults, while the stream is scaled up and down, for two simulated minutes. */
    private static long traceHash(long seed) {
        SimulatedKinesis kinesis = new SimulatedKinesis(seed);
        kinesis.emulator.createStream(STREAM, 2);
        FaultRates rates = FaultRates.none();
        for (FaultRates.Kind kind : FaultRates.Kind.values()) {
            rates = rates.with(kind, 0.05);
        }
        for (String name : new String[] {"a", "b"}) {
            write(kinesis, kinesis.time.process(name), rates);
        }
        for (int minute = 0; minute < 2; minute++) {
            int target = minute == 0 ? 3 : 2;
            kinesis.time.after(
                    Duration.ofSeconds(30 + 60 * minute),
                    "scaler",
                    () -> kinesis.client.updateShardCount(r ->
                            r.streamName(STREAM).targetShardCount(target).scalingType(ScalingType.UNIFORM_SCALING)));
        }
        kinesis.time.advance(Duration.ofMinutes(2));
        for (StoredRecord record : kinesis.emulator.records(STREAM)) {
            kinesis.time
                    .trace()
                    .record(
                            record.shardId(),
                            record.sequenceNumber() + record.data().asUtf8String());
        }
        return kinesis.time.trace().hash();
    }

    /** In words that do not depend on the SDK's version. */
    private static String heard(@Nullable PutRecordsResponse answer, @Nullable Throwable failure) {
        if (answer != null) {
            return "hears of " + answer.failedRecordCount() + " failed";
        }
        Throwable cause = failure == null ? null : failure.getCause();
        return cause == null ? "hears nothing" : "hears " + cause.getClass().getSimpleName();
    }

    private static void write(SimulatedKinesis kinesis, SimulatedProcess writer, FaultRates rates) {
        KinesisAsyncClient client = kinesis.emulator.client(ClientSettings.defaults()
                .latency(Latency.between(Duration.ofMillis(5), Duration.ofMillis(80), writer.random()))
                .faults(Faults.random(writer.random(), rates))
                .callbacks(writer.pool("sdk", 2)));
        ScheduledExecutorService loop = writer.executor("loop");
        loop.scheduleAtFixedRate(
                () -> {
                    PutRecordsRequestEntry[] entries = new PutRecordsRequestEntry[3];
                    for (int i = 0; i < entries.length; i++) {
                        String key = writer.name() + writer.random().nextInt(100);
                        entries[i] = PutRecordsRequestEntry.builder()
                                .partitionKey(key)
                                .data(bytes(key))
                                .build();
                    }
                    client.putRecords(r -> r.streamName(STREAM).records(entries))
                            .whenComplete((answer, failure) ->
                                    kinesis.time.trace().record(writer.name(), heard(answer, failure)));
                },
                0,
                200,
                TimeUnit.MILLISECONDS);
    }
}
