package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.testkit.KinesisEmulator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ShardlineProducerTest {

    private static final byte[] DATA = "hello".getBytes(StandardCharsets.UTF_8);

    @Test
    void recordsArePutFlushedAndAcknowledged() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer =
                        ShardlineProducer.builder().client(kinesis.client()).build()) {
            kinesis.createStream("flights", 4);
            List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                puts.add(producer.put("flights", UserRecord.of("key-" + i % 100, DATA)));
            }
            producer.flush().join();

            assertThat(puts).allMatch(CompletableFuture::isDone);
            assertThat(puts.stream().map(put -> put.join().shardId()).distinct())
                    .hasSize(4);
        }
    }

    @Test
    void recordThatIsTooLargeIsRefusedWithSizeAndRule() {
        ProducerConfig config = ProducerConfig.builder().maxRecordSize(1_024).build();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .client(kinesis.client())
                        .config(config)
                        .build()) {
            assertThatThrownBy(() -> producer.put("flights", UserRecord.of("four", new byte[1_021])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 1024 bytes (maxRecordSize), got 1025")
                    .hasMessageContaining("partitionKey=four");
        }
    }

    @Test
    void streamNameThatIsNoneIsRefused() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer =
                        ShardlineProducer.builder().client(kinesis.client()).build()) {
            assertThatThrownBy(() -> producer.put("no such name", UserRecord.of("k", DATA)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("got 'no such name'");
        }
    }

    @Test
    void closeReportsAndRefusesFromThenOn() {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 1);
            ShardlineProducer producer =
                    ShardlineProducer.builder().client(kinesis.client()).build();
            producer.put("flights", UserRecord.of("k", DATA));

            assertThat(producer.close(Duration.ofSeconds(20))).isEqualTo(new CloseReport(1, 0, 0));
            producer.close();
            assertThatThrownBy(() ->
                            producer.put("flights", UserRecord.of("k", DATA)).join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("the producer is closed");
        }
    }

    @Test
    void negativeCloseLimitIsRefused() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer =
                        ShardlineProducer.builder().client(kinesis.client()).build()) {
            assertThatThrownBy(() -> producer.close(Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("was PT-1S");
        }
    }
}
