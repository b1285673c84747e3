package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static io.shardline.testkit.junit.TestData.entry;
import static io.shardline.testkit.junit.TestData.putAggregate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.ConsumerException;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** The Kinesis of a test without JUnit, and the consumer that knows what it has handled. Confined to one thread. */
class TestKinesisTest {

    private static TestKinesis.Builder orders() {
        return TestKinesis.builder().stream("orders", 2);
    }

    @Test
    void whatItsProducerPutsIsWrittenWhenItIsClosed() {
        TestKinesis kinesis = orders().build();
        ShardlineProducer producer = kinesis.producer();
        for (int i = 0; i < 10; i++) {
            producer.put("orders", UserRecord.of("k", new byte[1]));
        }

        kinesis.close();
        kinesis.close();

        assertThat(kinesis).stream("orders").hasUserRecords(10);
    }

    @Test
    void aConsumerHandlesEntriesOfAggregatesAndEveryConsumerHandlesAll() {
        try (TestKinesis kinesis = orders().build()) {
            putAggregate(kinesis, "x", entry("k", "1"), entry("k", "2"));
            kinesis.put("orders", "k", "3");
            ConcurrentLinkedQueue<String> one = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<String> other = new ConcurrentLinkedQueue<>();

            kinesis.consume("orders", (record, context) -> one.add(record.partitionKey()))
                    .awaitAllHandled();
            kinesis.consume("orders", (record, context) -> other.add(record.partitionKey()))
                    .awaitAllHandled();

            assertThat(one).containsExactly("k", "k", "k");
            assertThat(other).hasSize(3);
        }
    }

    @Test
    void headersComeFromTheProducerToTheHandler() {
        try (TestKinesis kinesis = orders().build()) {
            ShardlineProducer producer = kinesis.producer();
            UserRecord plain = UserRecord.of("k", new byte[1]);
            producer.put("orders", plain.withHeader("trace", "4711").withHeader("empty", ""));
            producer.flush().join(); // alone
            producer.put("orders", plain.withHeader("trace", "4712"));
            producer.put("orders", plain);
            producer.flush().join();
            ConcurrentLinkedQueue<Map<String, String>> handled = new ConcurrentLinkedQueue<>();

            kinesis.consume("orders", (record, context) -> handled.add(record.headers()))
                    .awaitAllHandled();

            assertThat(handled)
                    .containsExactly(
                            Map.of("trace", "4711", "empty", ""), Map.of("trace", "4712"), Map.<String, String>of());
        }
    }

    @Test
    void waitingGoesOnAcrossASplit() {
        try (TestKinesis kinesis = TestKinesis.builder().stream("orders", 1)
                .emulator(settings -> settings.streamTransition(Duration.ZERO))
                .build()) {
            kinesis.put("orders", "k", "before");
            TestConsumer consumer = kinesis.consume("orders", (record, context) -> {});
            kinesis.client()
                    .splitShard(r -> r.streamName("orders")
                            .shardToSplit("shardId-000000000000")
                            .newStartingHashKey("170141183460469231731687303715884105728"))
                    .join();
            kinesis.put("orders", "k", "after");

            consumer.awaitAllHandled();
            assertThat(kinesis).stream("orders").hasOpenShards(2).hasUserRecords(2);
        }
    }

    @Test
    void waitingInVainSaysWhatIsLeftAndWhatTheHandlerThrew() {
        try (TestKinesis kinesis = orders().leftOpenAllowed(true).build()) {
            kinesis.put("orders", "k", "bad");
            TestConsumer consumer = kinesis.consume("orders", (record, context) -> {
                throw new IllegalStateException("not this one");
            });

            assertThatThrownBy(() -> consumer.awaitAllHandled(Duration.ofSeconds(3)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(
                            "After PT3S the handler has not returned from 1 of 1 user record in stream 'orders', the"
                                    + " first of which is\n  shardId-00000000000")
                    .hasMessageContaining("'k' \"bad\"")
                    .hasMessageContaining("the handler failed on ConsumerRecord[orders/")
                    .hasMessageContaining("java.lang.IllegalStateException: not this one")
                    .hasRootCauseMessage("not this one");
        }
    }

    @Test
    void aHandlerThatFailedAndThenHadSuccessIsFine() {
        AtomicInteger attempts = new AtomicInteger();
        try (TestKinesis kinesis = orders().build()) {
            kinesis.put("orders", "k", "1");
            kinesis.consume("orders", (record, context) -> {
                        if (attempts.incrementAndGet() < 3) {
                            throw new IllegalStateException("not yet");
                        }
                    })
                    .awaitAllHandled();
        }
        assertThat(attempts).hasValue(3);
    }

    @Test
    void aConsumerOfNoStreamCannotStart() {
        try (TestKinesis kinesis = orders().build()) {
            assertThatThrownBy(() -> kinesis.consume("order", (record, context) -> {}))
                    .isInstanceOf(ConsumerException.class)
                    .hasMessageContaining("a consumer of 'order' cannot start")
                    .cause()
                    .hasMessageContaining("stream 'order' does not exist");
        }
    }

    @Test
    void aCallbackMayBlock() {
        try (TestKinesis kinesis = orders().build()) {
            StreamStatus status = kinesis.client()
                    .listStreams()
                    .thenApply(all -> kinesis.client()
                            .describeStreamSummary(
                                    r -> r.streamName(all.streamNames().get(0)))
                            .join()
                            .streamDescriptionSummary()
                            .streamStatus())
                    .join();

            assertThat(status).isEqualTo(StreamStatus.ACTIVE);
        }
    }

    @Test
    void settingsReachTheEmulator() {
        try (TestKinesis kinesis =
                orders().emulator(settings -> settings.region("eu-central-1")).build()) {
            assertThat(kinesis.emulator().streamArn("orders")).contains(":eu-central-1:");
        }
    }

    @Test
    void itsThreadsEndWithIt() throws InterruptedException {
        TestKinesis kinesis = orders().build();
        kinesis.client().listStreams().join();
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("kinesis-"))
                .toList();
        assertThat(threads).isNotEmpty();

        kinesis.close();

        for (Thread thread : threads) {
            thread.join(5000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }
}
