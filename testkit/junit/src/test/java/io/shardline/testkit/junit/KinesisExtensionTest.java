package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.KinesisEmulator;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** The extension, as its users see it. Confined to one thread. */
@KinesisTest(streams = {@KinesisStream(name = "orders", shards = 2), @KinesisStream(name = "payments")})
class KinesisExtensionTest {

    private final KinesisEmulator ofTheInstance;

    KinesisExtensionTest(KinesisEmulator kinesis) {
        ofTheInstance = kinesis;
    }

    /** Somebody's own. Immutable. */
    @KinesisTest(streams = @KinesisStream(name = "flights", shards = 3))
    @Retention(RetentionPolicy.RUNTIME)
    @interface FlightsTest {}

    @BeforeEach
    void putOne(TestKinesis kinesis) {
        kinesis.put("orders", "alice", "1 book");
    }

    @AfterEach
    void everythingIsThereUntilTheEnd(KinesisEmulator kinesis) {
        assertThat(kinesis).stream("orders").hasUserRecords(1);
    }

    @Test
    void allParametersBelongToOneKinesis(
            KinesisEmulator kinesis, KinesisAsyncClient client, ShardlineProducer.Builder settings) {
        client.putRecord(r -> r.streamName("payments").partitionKey("k").data(TestData.bytes("1")))
                .join();
        try (ShardlineProducer producer = settings.build()) {
            producer.put("payments", UserRecord.of("k", new byte[1])).join();
        }

        assertThat(kinesis).isSameAs(ofTheInstance);
        assertThat(kinesis).stream("payments").hasUserRecords(2);
        assertThat(kinesis).stream("orders").hasUserRecords(1);
    }

    @Test
    @FlightsTest
    void theStreamsOfClassAndMethodAreThereAndAnAnnotationOfOnesOwnBringsThem(KinesisEmulator kinesis) {
        assertThat(kinesis).stream("orders").hasOpenShards(2);
        assertThat(kinesis).stream("flights").hasOpenShards(3);
    }

    @Test
    @KinesisTest(streams = @KinesisStream(name = "orders", shards = 5))
    void theMethodDecidesBeforeTheClass(KinesisEmulator kinesis) {
        assertThat(kinesis).stream("orders").hasOpenShards(5);
    }

    @Test
    void aConsumerBuilderNeedsOnlySettingsAndAHandler(ShardlineConsumer.Builder builder) {
        try (ShardlineConsumer consumer = builder.config(
                        ConsumerConfig.builder("test", "orders", StartingPosition.trimHorizon())
                                .build())
                .recordHandler((record, context) -> {})
                .build()) {
            consumer.start().join();
        }
    }

    /** A class inside. Confined to one thread. */
    @Nested
    class Inside {
        @Test
        void theStreamsOfTheClassAroundAreThereToo(KinesisEmulator kinesis) {
            assertThat(kinesis).stream("orders").hasOpenShards(2);
        }
    }
}
