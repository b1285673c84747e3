package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** The emulator with a thread and a clock of its own, as most users have it. Confined to one thread. */
class RealTimeTest {
    @Test
    void whatIsPutCanBeReadAtOnce() {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 1);
            KinesisAsyncClient client = kinesis.client();
            client.putRecord(r -> r.streamName("flights").partitionKey("SEA").data(bytes("AS 1")))
                    .join();
            String iterator = client.getShardIterator(r -> r.streamName("flights")
                            .shardId("shardId-000000000000")
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .join()
                    .shardIterator();

            assertThat(client.getRecords(r -> r.shardIterator(iterator)).join().records())
                    .singleElement()
                    .satisfies(
                            record -> assertThat(record.data().asUtf8String()).isEqualTo("AS 1"));
        }
    }

    @Test
    void manyThreadsCanPutAtOnce() {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 3);
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                KinesisAsyncClient client = kinesis.client();
                threads.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 250; i++) {
                        String key = "k" + i;
                        client.putRecord(r -> r.streamName("flights")
                                        .partitionKey(key)
                                        .data(bytes(key)))
                                .join();
                    }
                }));
            }
            threads.forEach(CompletableFuture::join);

            assertThat(kinesis.records("flights")).hasSize(1000);
            assertThat(kinesis.records("flights"))
                    .extracting(StoredRecord::sequenceNumber)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aClosedEmulatorFailsCallsAtOnce() {
        KinesisEmulator kinesis = KinesisEmulator.create();
        kinesis.createStream("flights", 1);
        kinesis.close();

        CompletableFuture<PutRecordResponse> answer = kinesis.client()
                .putRecord(r -> r.streamName("flights").partitionKey("k").data(bytes("x")));

        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SdkClientException.class)
                .hasMessageContaining("The emulator is closed: PutRecord");
    }

    @Test
    void questionsAboutAnUnknownStreamAreAnsweredAsTheServiceWould() {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            assertThatThrownBy(() -> kinesis.records("nowhere")).isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> kinesis.shards("nowhere")).isInstanceOf(ResourceNotFoundException.class);
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> KinesisEmulator.builder().account("12"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12");
        assertThatThrownBy(() -> KinesisEmulator.builder().streamTransition(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-0.001S");
    }

    @Test
    void regionAndAccountAreInTheArn() {
        try (KinesisEmulator kinesis = KinesisEmulator.builder()
                .region("eu-central-1")
                .account("000000000001")
                .build()) {
            kinesis.createStream("flights", 1);

            assertThat(kinesis.streamArn("flights"))
                    .isEqualTo("arn:aws:kinesis:eu-central-1:000000000001:stream/flights");
        }
    }
}
