package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.testkit.KinesisEmulator;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;

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

    @Test
    void whatReceiptsAndAttemptsTellIsInTheGuide() throws IOException {
        String guide = guide();
        for (Class<?> type : List.of(PutReceipt.class, Attempt.class)) {
            assertThat(type.getDeclaredMethods())
                    .filteredOn(method -> !method.isSynthetic())
                    .extracting(Method::getName)
                    .filteredOn(
                            name -> !List.of("equals", "hashCode", "toString").contains(name))
                    .allSatisfy(name -> assertThat(guide).contains(name + "()`"));
        }
    }

    @Test
    void everyDefaultThatDiffersHasAReason() throws IOException {
        String table = Files.readString(GUIDE);
        table = table.substring(table.indexOf("## Every option"), table.indexOf("## Not in files"));
        List<String[]> options = table.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split(" *\\| *", -1))
                .toList();

        assertThat(options).hasSize(45).allSatisfy(option -> {
            String kpls = option[2];
            String ours = option[4];
            assertThat(ours.isEmpty() || ours.equals(kpls) || !option[5].isEmpty())
                    .as(String.join(" | ", option))
                    .isTrue();
        });
    }

    @Test
    void connectTimeoutIsTheSdksAsTheGuideSays() throws IOException {
        Duration timeout =
                SdkHttpConfigurationOption.GLOBAL_HTTP_DEFAULTS.get(SdkHttpConfigurationOption.CONNECTION_TIMEOUT);

        assertThat(guide())
                .contains("| the HTTP client, `customizeKinesis` | " + timeout.toMillis() + " ms | the SDK's.");
    }

    @Test
    void whatKplTookAndIsRefusedHereIsInTheGuide() throws IOException {
        UserRecord record = UserRecord.of("k", new byte[1]);
        for (String hashKey : List.of(" 1", "1 ", "+1")) {
            assertThatThrownBy(() -> record.withExplicitHashKey(hashKey)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> UserRecord.of("\ud800", new byte[1])).isInstanceOf(IllegalArgumentException.class);
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer =
                        ShardlineProducer.builder().client(kinesis.client()).build()) {
            for (String name : List.of(" flights", "flights ", "fl\u00fcge")) {
                assertThatThrownBy(() -> producer.put(name, record)).isInstanceOf(IllegalArgumentException.class);
            }
        }

        assertThat(guide())
                .contains("| null as data |", "| an explicit hash key with blanks around it, or a sign |")
                .contains("| a stream name with blanks around it |", "| a stream name with other characters than")
                .contains("| a partition key with an unpaired surrogate |", "| data of `MaxUserRecordSize` and a");
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
