package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.runtime.SystemPlatform;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.Quota;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** What the SDK makes of each at most, by its defaults. */
    private static final Map<String, Integer> MOST_OF_THE_SDK =
            Map.of("aws-java-sdk-NettyEventLoop", 2 * CORES, "sdk-ScheduledExecutor", 5);

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
            Map<String, Integer> others = byRole(since(before, ""));
            others.keySet().removeIf(role -> OURS.containsKey(role) || role.startsWith("loopback"));
            assertThat(others.keySet()).isSubsetOf(MOST_OF_THE_SDK.keySet());
            others.forEach(
                    (role, threads) -> assertThat(threads).as(role).isLessThanOrEqualTo(MOST_OF_THE_SDK.get(role)));
        } finally {
            System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        }
    }

    @Test
    void userCodeRunsOnTheExecutorThatIsGivenAndThatIsNotShutDown() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ExecutorService given = Executors.newFixedThreadPool(2, task -> new Thread(task, "given"));
        Set<String> heardOn = ConcurrentHashMap.newKeySet();
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("stream-0", 4);
            try (ShardlineProducer producer = ShardlineProducer.builder()
                    .client(kinesis.client())
                    .userCodeExecutor(given)
                    .listener(event -> heardOn.add(Thread.currentThread().getName()))
                    .build()) {
                // so that nothing is done before something is attached to it
                CountDownLatch attached = new CountDownLatch(1);
                Callable<Boolean> wait = () -> attached.await(30, TimeUnit.SECONDS);
                given.submit(wait);
                given.submit(wait);
                CompletableFuture<String> receipt = producer.put("stream-0", UserRecord.of("k", new byte[1]))
                        .thenApply(stored -> Thread.currentThread().getName());
                CompletableFuture<String> flush = producer.flush()
                        .thenApply(done -> Thread.currentThread().getName());
                attached.countDown();
                assertThat(receipt.get(30, TimeUnit.SECONDS)).isEqualTo("given");
                assertThat(flush.get(30, TimeUnit.SECONDS)).isEqualTo("given");
                assertThat(heardOn).containsExactly("given");
                assertThat(byRole(since(before, "shardline")))
                        .containsOnlyKeys("shardline-producer-loop", "shardline-producer-io");
            }
            assertThat(given.isShutdown()).isFalse();
        } finally {
            given.shutdownNow();
        }
    }

    @Test
    void whatTheExecutorDoesNotTakeIsDoneAllTheSame() throws Exception {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer = ShardlineProducer.builder()
                        .client(kinesis.client())
                        .userCodeExecutor(task -> {
                            throw new IllegalStateException("full");
                        })
                        .build()) {
            kinesis.createStream("stream-0", 1);
            CompletableFuture<PutReceipt> put = producer.put("stream-0", UserRecord.of("k", new byte[1]));

            assertThat(put.get(30, TimeUnit.SECONDS).attempts()).isEqualTo(1);
            producer.flush().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void anExecutorBesideAPlatformIsRefused() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                SystemPlatform system = SystemPlatform.start("departures", 1)) {
            assertThatThrownBy(() -> ShardlineProducer.builder()
                            .client(kinesis.client())
                            .platform(system.platform())
                            .userCodeExecutor(system.platform().userCode())
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("userCodeExecutor cannot be set beside a platform");
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

    /** Names end with a number, those of the SDK with two. */
    private static Map<String, Integer> byRole(List<Thread> threads) {
        Map<String, Integer> roles = new TreeMap<>();
        threads.forEach(thread -> roles.merge(thread.getName().replaceFirst("(-[0-9]+)+$", ""), 1, Integer::sum));
        return roles;
    }
}
