package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.StoredRecord;
import java.lang.reflect.Array;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** What callers get wrong: errors that name the value and the rule, and no deadlock. */
@Timeout(60)
class BadInputTest {

    private static final byte[] DATA = {1, 2, 3};

    private final KinesisEmulator kinesis = KinesisEmulator.create();

    @AfterEach
    void close() {
        kinesis.close();
    }

    @Test
    void nullIsNamed() {
        try (ShardlineProducer producer = producer()) {
            UserRecord record = UserRecord.of("k", DATA);
            assertNamed("partitionKey", () -> UserRecord.of(nothing(String.class), DATA));
            assertNamed("data", () -> UserRecord.of("k", nothing(byte[].class)));
            assertNamed("data", () -> UserRecord.of("k", nothing(ByteBuffer.class)));
            assertNamed("data", () -> UserRecord.of("k", nothing(SdkBytes.class)));
            assertNamed("data", () -> UserRecord.copyOf("k", nothing(byte[].class)));
            assertNamed("decimal", () -> record.withExplicitHashKey(nothing(String.class)));
            assertNamed("hashKey", () -> record.withExplicitHashKey(nothing(BigInteger.class)));
            assertNamed("name", () -> record.withHeader(nothing(String.class), "x"));
            assertNamed("value", () -> record.withHeader("x", nothing(String.class)));
            assertNamed("streamName", () -> producer.put(nothing(String.class), record));
            assertNamed("record", () -> producer.put("s", nothing(UserRecord.class)));
            assertNamed("callback", () -> producer.put("s", record, nothing(PutCallback.class)));
            assertNamed("streamName", () -> producer.resume(nothing(String.class)));
            assertNamed("limit", () -> producer.close(nothing(Duration.class)));
            assertNamed("limit", () -> producer.closeAsync(nothing(Duration.class)));
        }
    }

    @Test
    void nullIsNamedByTheBuilder() {
        ShardlineProducer.Builder builder = ShardlineProducer.builder();
        assertNamed("config", () -> builder.config(nothing(ProducerConfig.class)));
        assertNamed("endpoint", () -> builder.endpoint(nothing(URI.class)));
        assertNamed("kinesisEndpoint", () -> builder.kinesisEndpoint(nothing(URI.class)));
        assertNamed("region", () -> builder.region(nothing(Region.class)));
        assertNamed("region", () -> builder.region(nothing(String.class)));
        assertNamed("credentials", () -> builder.credentials(nothing(AwsCredentialsProvider.class)));
        assertNamed("client", () -> builder.client(nothing(KinesisAsyncClient.class)));
        assertNamed("platform", () -> builder.platform(nothing(Platform.class)));
    }

    @ParameterizedTest
    @ValueSource(strings = {" 5", "5 ", "+5", "-0", "- 5", "1_000", "1,000", "\u0665", "5\n", "NaN", "1e3"})
    void explicitHashKeyHasDigitsOnly(String hashKey) {
        assertThatThrownBy(() -> UserRecord.of("k", DATA).withExplicitHashKey(hashKey))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + hashKey + "'")
                .hasMessageContaining("0 to 2^128-1");
    }

    @Test
    void leadingZerosOfAnExplicitHashKeyDoNotReachTheService() throws Exception {
        kinesis.createStream("s", 2);
        try (ShardlineProducer producer = producer()) {
            PutReceipt receipt = producer.put(
                            "s", UserRecord.of("k", DATA).withExplicitHashKey("0".repeat(1_000) + "7"))
                    .get();

            assertThat(receipt.shardId()).isEqualTo("shardId-000000000000");
        }
    }

    @Test
    void hugeExplicitHashKeyIsRefusedAtOnce() {
        assertThatThrownBy(() -> UserRecord.of("k", DATA).withExplicitHashKey("9".repeat(1_000_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void partitionKeyIsCountedInCharactersAndSentInBytes() throws Exception {
        kinesis.createStream("s", 1);
        String accents = "\u00fc".repeat(256);
        String emoji = "\ud83d\ude00".repeat(128);
        try (ShardlineProducer producer = producer()) {
            producer.put("s", UserRecord.of(accents, DATA));
            producer.flush().join();
            producer.put("s", UserRecord.of(emoji, DATA));
            producer.flush().join();
        }

        assertThat(UserRecord.of(accents, DATA).size()).isEqualTo(512 + 3);
        assertThat(kinesis.records("s")).extracting(StoredRecord::partitionKey).containsExactly(accents, emoji);
        assertThatThrownBy(() -> UserRecord.of(emoji + "x", DATA)).hasMessageContaining("got 257");
    }

    @Test
    void emptyDataIsARecordLikeOthers() throws Exception {
        kinesis.createStream("s", 1);
        try (ShardlineProducer producer = producer()) {
            producer.put("s", UserRecord.of("k", new byte[0])).get();
            CompletableFuture<PutReceipt> first = producer.put("s", UserRecord.of("k", new byte[0]));
            CompletableFuture<PutReceipt> second = producer.put("s", UserRecord.of("k", ByteBuffer.allocate(0)));

            assertThat(first.get().subSequenceNumber()).isZero();
            assertThat(second.get().subSequenceNumber()).isEqualTo(1);
        }
        assertThat(kinesis.records("s").get(0).data().asByteArray()).isEmpty();
    }

    @Test
    void bufferKeepsItsPositionWhateverKindItIs() {
        ByteBuffer direct =
                ByteBuffer.allocateDirect(5).put(DATA).put(DATA, 0, 2).position(1);
        ByteBuffer part = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}, 1, 3);
        ByteBuffer readOnly = ByteBuffer.wrap(DATA).asReadOnlyBuffer();

        assertThat(UserRecord.of("k", direct).data()).containsExactly(2, 3, 1, 2);
        assertThat(UserRecord.of("k", part).data()).containsExactly(1, 2, 3);
        assertThat(UserRecord.of("k", part.slice()).data()).containsExactly(1, 2, 3);
        assertThat(UserRecord.of("k", readOnly).data()).containsExactly(1, 2, 3);
        assertThat(List.of(direct.position(), part.position(), readOnly.position()))
                .containsExactly(1, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " s",
                "s ",
                "a/b",
                "\u00fc",
                "arn:aws:kinesis:us-east-1:12345:stream/s",
                "arn:aws:kinesis:us-east-1:123456789012:stream/",
                "arn:aws:s3:us-east-1:123456789012:stream/s"
            })
    void streamNameThatIsNoneIsNamed(String name) {
        try (ShardlineProducer producer = producer()) {
            assertThatThrownBy(() -> producer.put(name, UserRecord.of("k", DATA)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 128 of the characters")
                    .hasMessageEndingWith("got '" + name + "'");
        }
    }

    @Test
    void threadThatIsInterruptedWhileItWaitsForRoomGoesOnAndIsStillInterrupted() throws Exception {
        try (ShardlineProducer producer = fullProducer()) {
            CompletableFuture<CompletableFuture<PutReceipt>> future = new CompletableFuture<>();
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread caller = blocked(() -> {
                future.complete(producer.put("s", UserRecord.of("k", new byte[9_000])));
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            caller.interrupt();
            caller.join();

            assertThat(interrupted).isTrue();
            assertThatThrownBy(() -> future.join().join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("the thread was interrupted while the memory budget was full");
        }
    }

    @Test
    void threadThatWaitsForRoomHearsThatTheProducerIsClosed() throws Exception {
        try (ShardlineProducer producer = fullProducer()) {
            CompletableFuture<CompletableFuture<PutReceipt>> future = new CompletableFuture<>();
            Thread caller = blocked(() -> future.complete(producer.put("s", UserRecord.of("k", new byte[9_000]))));
            assertThat(producer.close(Duration.ZERO)).isEqualTo(new CloseReport(0, 0, 2));
            caller.join();

            assertThatThrownBy(() -> future.join().join())
                    .hasCauseInstanceOf(PutFailedException.class)
                    .hasMessageContaining("the producer was closed before there was room");
        }
    }

    @Test
    void closeInACallbackSaysThatItWouldNeverEndAndCloseAsyncDoesNotBlock() throws Exception {
        kinesis.createStream("s", 1);
        try (ShardlineProducer producer = producer()) {
            CompletableFuture<Void> waits =
                    producer.put("s", UserRecord.of("k", DATA)).thenAccept(receipt -> producer.close());
            assertThatThrownBy(waits::join)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not be waited for in a callback");
        }
        try (ShardlineProducer producer = producer()) {
            CompletableFuture<CloseReport> closed = producer.put("s", UserRecord.of("k", DATA))
                    .thenCompose(receipt -> producer.closeAsync(Duration.ofSeconds(30)));
            assertThat(closed.join().isDrained()).isTrue();
            assertThat(producer.statistics().state()).isEqualTo(ProducerStatistics.State.CLOSED);
            producer.close();
            producer.close(Duration.ZERO);
            producer.flush().join();
            producer.resume("s");
            assertThat(producer.lanes().join()).isEmpty();
        }
    }

    private ShardlineProducer producer() {
        return ShardlineProducer.builder().client(kinesis.client()).build();
    }

    /** Its budget has room for the one record that it holds, and nothing is ever answered. */
    private ShardlineProducer fullProducer() {
        ShardlineProducer producer = ShardlineProducer.builder()
                .client(kinesis.client(ClientSettings.defaults().callbacks(task -> {})))
                .config(ProducerConfig.builder()
                        .maxRecordSize(10_000)
                        .memoryBudget(30_000)
                        .closeTimeout(Duration.ZERO)
                        .build())
                .build();
        producer.put("s", UserRecord.of("k", new byte[9_000]));
        return producer;
    }

    private static Thread blocked(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        return thread;
    }

    private static void assertNamed(String name, Runnable call) {
        assertThatNullPointerException().isThrownBy(call::run).withMessage(name);
    }

    /** What the compiler would not let through. */
    private static <T> T nothing(Class<T> type) {
        return type.cast(Array.get(Array.newInstance(type, 1), 0));
    }
}
