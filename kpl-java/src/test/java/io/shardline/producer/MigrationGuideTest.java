package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.KinesisEmulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide for KPL's users says, where code can tell whether it is so. */
@Timeout(60)
class MigrationGuideTest {

    private static final Path GUIDE = Path.of("..", "docs", "migrating-from-kpl.md");
    private static final String KEY = "0123456789";

    @Test
    void whatFitsIntoTheMemoryBudgetIsAsTheGuideSays() throws IOException {
        long small = costOf(100);
        long large = costOf(1_024);

        assertThat(guide())
                .contains("data and key twice, plus " + (small - 2L * (100 + KEY.length())) + " bytes")
                .contains("some " + mebibytesThatFit(100, small) + " MiB of data in records of 100 bytes")
                .contains(mebibytesThatFit(1_024, large) + " MiB in records of 1 KiB");
    }

    /** In one line, wherever its lines break. */
    private static String guide() throws IOException {
        return Files.readString(GUIDE).replaceAll("\\s+", " ");
    }

    private static long mebibytesThatFit(int bytes, long cost) {
        return (ProducerConfig.defaults().memoryBudget() / cost * bytes) >> 20;
    }

    private static long costOf(int bytes) {
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ofMinutes(10)).build();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .config(config)
                        .client(kinesis.client())
                        .build()) {
            kinesis.createStream("flights", 1);
            producer.put("flights", UserRecord.of(KEY, new byte[bytes]));
            return producer.statistics().outstandingBytes();
        }
    }
}
