package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;
import io.shardline.testkit.KinesisEmulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Consumers with clients of their own at places where nobody answers: each start fails with one message that says where. */
@Timeout(60)
class UnreachableEndpointTest {

    private static final AwsCredentialsProvider SOME =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    @Test
    void anEndpointThatRefusesConnectionsIsNamed() throws IOException {
        URI closed;
        try (ServerSocket server = loopback()) {
            closed = addressOf(server);
        }

        assertFails(
                consumer -> consumer.kinesisEndpoint(closed).credentials(SOME),
                "the consumer of stream 'flights' did not start within 1.5 s (startTimeout), waiting for Kinesis at "
                        + closed,
                "NoAnswer");
    }

    @Test
    void anEndpointThatAcceptsAndStaysSilentIsNamed() throws IOException {
        try (ServerSocket silent = loopback()) {
            URI address = addressOf(silent);

            assertFails(
                    consumer -> consumer.kinesisEndpoint(address).credentials(SOME),
                    "waiting for Kinesis at " + address + ": there was no answer",
                    "check the endpoint");
        }
    }

    @Test
    void withoutCredentialsNothingStartsAndTheReasonIsGiven() throws IOException {
        try (ServerSocket server = loopback()) {
            AwsCredentialsProvider none = () -> {
                throw SdkClientException.create("no credentials are configured on this machine");
            };

            assertFails(
                    consumer -> consumer.kinesisEndpoint(addressOf(server)).credentials(none),
                    "no credentials are configured on this machine",
                    "check the endpoint, the region, the network and the credentials");
        }
    }

    @Test
    void aLeaseTableThatIsDeletedUnderfootEndsTheConsumerWithItsName() {
        DynamoDbAsyncClient dynamoDb = DynamoDbLocal.client();
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 1);
            try (ShardlineConsumer consumer = ShardlineConsumer.builder()
                    .config(config("deleted-underfoot")
                            .startTimeout(Duration.ofMinutes(1))
                            .build())
                    .client(kinesis.client())
                    .leaseTable(LeaseTable.dynamoDb(dynamoDb, "deleted-underfoot"))
                    .recordHandler((record, context) -> {})
                    .build()) {
                consumer.start().join();
                dynamoDb.deleteTable(table -> table.tableName("deleted-underfoot"))
                        .join();

                CloseReport report = consumer.ended().join();

                assertThat(report.state()).isEqualTo(ConsumerState.FAILED);
                assertThat(report.failure())
                        .hasMessageContaining("lease table 'deleted-underfoot'")
                        .hasMessageContaining("it was deleted, or never created");
            }
        }
    }

    private static void assertFails(UnaryOperator<ShardlineConsumer.Builder> where, String... words) {
        ShardlineConsumer.Builder builder = ShardlineConsumer.builder()
                .config(config("unreachable").build())
                .leaseTable(LeaseTable.inMemory())
                .region("us-east-1")
                .recordHandler((record, context) -> {});
        try (ShardlineConsumer consumer = where.apply(builder).build()) {
            assertThatThrownBy(() -> consumer.start().join())
                    .cause()
                    .isInstanceOf(ConsumerException.class)
                    .hasMessageContainingAll(words);
            assertThat(consumer.ended().join().state()).isEqualTo(ConsumerState.FAILED);
        }
    }

    private static ConsumerConfig.Builder config(String application) {
        return ConsumerConfig.builder(application, "flights", StartingPosition.trimHorizon())
                .startTimeout(Duration.ofMillis(1_500));
    }

    private static ServerSocket loopback() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static URI addressOf(ServerSocket server) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }
}
