package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Quota;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;

/** How many threads a producer has, whatever it does: one loop, two for sending, two for callbacks, and the SDK's own. */
@Timeout(60)
class ThreadsTest {

    private static final Map<String, Integer> OURS = Map.of(
            "shardline-producer-loop", 1,
            "shardline-producer-io", 2,
            "shardline-producer-user", 2);

    @Test
    void manyStreamsAndShardsMakeNoMoreThreads() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (KinesisEmulator kinesis =
                KinesisEmulator.builder().lift(Quota.SHARDS).build()) {
            List<Thread> ours;
            try (ShardlineProducer producer =
                    ShardlineProducer.builder().client(kinesis.client()).build()) {
                for (int stream = 0; stream < 20; stream++) {
                    kinesis.createStream("stream-" + stream, 64);
                }
                putEverywhere(producer, 20, 500);
                ours = since(before, "shardline");
                assertThat(byRole(ours)).isEqualTo(OURS);
            }
            for (Thread thread : ours) {
                thread.join(10_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void theProducersOwnClientAddsOnlyTheSdksThreads() throws Exception {
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (LoopbackKinesis kinesis = new LoopbackKinesis();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .endpoint(kinesis.address())
                        .region("us-east-1")
                        .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                        .build()) {
            putEverywhere(producer, 20, 50);

            assertThat(byRole(since(before, "shardline"))).isEqualTo(OURS);
            assertThat(since(before, ""))
                    .extracting(Thread::getName)
                    .allMatch(name -> name.matches("(shardline-producer|loopback|sdk|aws-java-sdk)-.*"));
        } finally {
            System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        }
    }

    private static void putEverywhere(ShardlineProducer producer, int streams, int records) {
        for (int stream = 0; stream < streams; stream++) {
            for (int i = 0; i < records; i++) {
                producer.put("stream-" + stream, UserRecord.of("key-" + i, new byte[100]));
            }
        }
        producer.flush().join();
    }

    private static List<Thread> since(Set<Thread> before, String prefix) {
        Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
        now.removeAll(before);
        List<Thread> named = new ArrayList<>(now);
        named.removeIf(thread -> !thread.getName().startsWith(prefix));
        return named;
    }

    /** Names end with a number. */
    private static Map<String, Integer> byRole(List<Thread> threads) {
        Map<String, Integer> roles = new TreeMap<>();
        threads.forEach(thread -> roles.merge(thread.getName().replaceFirst("-[0-9]+$", ""), 1, Integer::sum));
        return roles;
    }
}
