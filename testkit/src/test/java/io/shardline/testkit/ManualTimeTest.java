package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** An emulator whose time passes by hand, on a thread of its own. Confined to one thread. */
class ManualTimeTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final KinesisEmulator kinesis =
            KinesisEmulator.builder().manualTime(START).build();
    private final KinesisAsyncClient client = kinesis.client();

    @BeforeEach
    void createStream() {
        kinesis.createStream("flights", 1);
    }

    @AfterEach
    void close() {
        kinesis.close();
    }

    private CompletableFuture<PutRecordResponse> put() {
        return client.putRecord(r -> r.streamName("flights").partitionKey("k").data(bytes("x")));
    }

    @Test
    void timeStandsStillUntilItIsAdvanced() {
        put().join();
        kinesis.advance(Duration.ofHours(23));
        put().join();

        assertThat(kinesis.now()).isEqualTo(START.plus(Duration.ofHours(23)));
        assertThat(kinesis.records("flights")).extracting(StoredRecord::arrival).containsExactly(START, kinesis.now());
        kinesis.advance(Duration.ofHours(2));
        assertThat(kinesis.records("flights")).hasSize(1);
    }

    @Test
    void whatTakesTimeWaitsForIt() {
        client.createStream(r -> r.streamName("new").shardCount(1)).join();
        assertThat(status()).isEqualTo(StreamStatus.CREATING);
        kinesis.advance(Duration.ofMillis(100));
        assertThat(status()).isEqualTo(StreamStatus.ACTIVE);

        KinesisAsyncClient far =
                kinesis.client(ClientSettings.defaults().latency(Latency.fixed(Duration.ofSeconds(1))));
        CompletableFuture<?> answer = far.listStreams();
        kinesis.advance(Duration.ofMillis(1900));
        assertThat(answer).isNotDone();
        kinesis.advance(Duration.ofMillis(200));
        assertThat(answer).isCompleted();
    }

    private StreamStatus status() {
        return client.describeStreamSummary(r -> r.streamName("new"))
                .join()
                .streamDescriptionSummary()
                .streamStatus();
    }

    @Test
    void iteratorsExpireWithoutWaiting() {
        String iterator = client.getShardIterator(r -> r.streamName("flights")
                        .shardId("shardId-000000000000")
                        .shardIteratorType(ShardIteratorType.LATEST))
                .join()
                .shardIterator();
        kinesis.advance(Duration.ofMinutes(5).plusMillis(1));

        assertThatThrownBy(
                        () -> client.getRecords(r -> r.shardIterator(iterator)).join())
                .hasCauseInstanceOf(ExpiredIteratorException.class);
    }

    @Test
    void eventsOfASubscriptionComeInAdvancedTimeAndItEnds() {
        String arn = client.registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn("flights")).consumerName("c"))
                .join()
                .consumer()
                .consumerARN();
        kinesis.advance(Duration.ofSeconds(1));
        StartingPosition latest =
                StartingPosition.builder().type(ShardIteratorType.LATEST).build();
        Heard heard = Heard.everything(client, arn, "shardId-000000000000", latest);
        kinesis.advance(Duration.ofSeconds(1));
        put().join();
        kinesis.advance(Duration.ofMinutes(5));

        assertThat(heard.payloads()).containsExactly("x");
        assertThat(heard.done).isCompleted();
        assertThat(heard.events).hasSizeBetween(295, 305);
    }

    @Test
    void timeDoesNotGoBackNorPassByHandWhereItPassesByItself() {
        assertThatThrownBy(() -> kinesis.advance(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-0.001S");
        try (KinesisEmulator real = KinesisEmulator.create()) {
            assertThatThrownBy(() -> real.advance(Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("manualTime");
        }
        CompletableFuture<Void> inCallback = put().thenRun(() -> kinesis.advance(Duration.ofSeconds(1)));
        assertThat(inCallback).isNotNull();
    }
}
