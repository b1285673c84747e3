package io.shardline.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerStatistics;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.KinesisEmulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The snippets do what the guides say. Confined to one thread. */
class SnippetsTest {

    @Test
    @Timeout(60)
    void whatTheFirstProducerPutsTheFirstConsumerHandles() throws InterruptedException {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 1);
            FirstProducer.run(kinesis.client());
            CountDownLatch handled = new CountDownLatch(1);
            FirstConsumer.run(kinesis.client(), handled);
            assertThat(handled.getCount()).isZero();
        }
    }

    @Test
    @Timeout(60)
    void aRecordThatExpiresIsParked() throws InterruptedException {
        BlockingQueue<UserRecord> parked = new LinkedBlockingQueue<>();
        UserRecord record = UserRecord.of("DTW", "to LAS");
        ProducerConfig config =
                ProducerConfig.builder().recordTtl(Duration.ofMillis(1)).build();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .config(config)
                        .client(kinesis.client())
                        .build()) {
            kinesis.createStream("flights", 1);
            FailedPuts.put(producer, record, parked);
            assertThat(parked.take()).isSameAs(record);
        }
    }

    @Test
    void aFileOfKplsMakesAProducer(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kpl.properties"), """
                Region = eu-central-1
                KinesisEndpoint = localhost
                KinesisPort = 4567
                """);

        try (ShardlineProducer producer = ComingFromKpl.start(file)) {
            assertThat(producer.statistics().state()).isEqualTo(ProducerStatistics.State.OPEN);
        }
    }
}
