package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.testkit.KinesisEmulator;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** What a consumer cannot be made of. */
class BuilderTest {

    private static final ConsumerConfig CONFIG = ConsumerConfig.builder(
                    "app", "flights", StartingPosition.trimHorizon())
            .build();
    private static final URI NOWHERE = URI.create("http://localhost:9");
    private static final RecordHandler HANDLER = (record, context) -> {};

    @Test
    void theSettingsAreRequired() {
        assertThatThrownBy(() -> ShardlineConsumer.builder()
                        .recordHandler(HANDLER)
                        .leaseTable(LeaseTable.inMemory())
                        .build())
                .isInstanceOf(NullPointerException.class)
                .hasMessage("config is required");
    }

    @Test
    void settingsThatNobodyWouldUseAreRefused() {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            assertThatThrownBy(() -> complete()
                            .recordHandler(HANDLER)
                            .client(kinesis.client())
                            .endpoint(NOWHERE)
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("endpoint cannot be set beside a client and a leaseTable");
            assertThatThrownBy(() -> complete()
                            .recordHandler(HANDLER)
                            .client(kinesis.client())
                            .customizeKinesis(builder -> {})
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("customizeKinesis cannot be set beside a client");
            assertThatThrownBy(() -> complete()
                            .recordHandler(HANDLER)
                            .dynamoDbEndpoint(NOWHERE)
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("dynamoDbEndpoint cannot be set beside a leaseTable");
        }
    }

    @Test
    void withoutALeaseTableTheApplicationsNameMustBeATablesName() {
        ConsumerConfig config = ConsumerConfig.builder("my app", "flights", StartingPosition.trimHorizon())
                .build();
        assertThatThrownBy(() -> ShardlineConsumer.builder()
                        .config(config)
                        .recordHandler(HANDLER)
                        .endpoint(NOWHERE)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tableName must be 3 to 255 letters")
                .hasMessageEndingWith("was my app");
    }

    @Test
    void exactlyOneKindOfHandlerIsRequired() {
        String message = "either a recordHandler or a shardHandler is required, and not both";
        assertThatThrownBy(() -> complete().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> complete()
                        .recordHandler(HANDLER)
                        .shardHandler(context -> (batch, checkpointer) -> {})
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aLeaseTableOfSomebodyElsesMakingIsRefused() {
        LeaseTable foreign = new LeaseTable() {
            @Override
            public String toString() {
                return "a table of my own";
            }
        };

        assertThatThrownBy(() ->
                        complete().recordHandler(HANDLER).leaseTable(foreign).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leaseTable must come from a method of LeaseTable, was a table of my own");
    }

    @Test
    void aClientThatRetriesIsRefusedAndToldHowNotTo() {
        try (KinesisAsyncClient retrying = KinesisAsyncClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .build()) {
            assertThatThrownBy(() ->
                            complete().recordHandler(HANDLER).client(retrying).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("attempts per call, which would read faster than the consumer's pace")
                    .hasMessageContaining("AwsRetryStrategy.doNotRetry()");
        }
    }

    @Test
    void aLeaseDurationThatLeavesNoTimeToRepeatAHeartbeatIsRefused() {
        ConsumerConfig brief = ConsumerConfig.builder("app", "stream", StartingPosition.latest())
                .leaseDuration(Duration.ofSeconds(3))
                .build();

        assertThatThrownBy(() -> ShardlineConsumer.builder()
                        .config(brief)
                        .recordHandler(HANDLER)
                        .region("us-east-1")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leaseDuration must be more than 3 times the lease table's callTimeout, so that a lost"
                        + " heartbeat can be repeated in time; it was PT3S, and callTimeout PT1S");
        ShardlineConsumer.builder()
                .config(brief)
                .recordHandler(HANDLER)
                .region("us-east-1")
                .leaseTable(DynamoDbTable.builder("table")
                        .callTimeout(Duration.ofMillis(900))
                        .build())
                .build()
                .close();
    }

    @Test
    void aConsumerThatIsBuiltHasNotStarted() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineConsumer consumer = complete()
                        .recordHandler(HANDLER)
                        .client(kinesis.client())
                        .build()) {
            assertThat(consumer.state()).isEqualTo(ConsumerState.NEW);
        }
    }

    private static ShardlineConsumer.Builder complete() {
        return ShardlineConsumer.builder().config(CONFIG).leaseTable(LeaseTable.inMemory());
    }
}
