package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.internal.dynamodb.DynamoDbLocal;
import io.shardline.testkit.KinesisEmulator;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** A consumer that makes its own DynamoDB client and table. */
@Timeout(60)
class OwnTableTest {

    private static final String STREAM = "own-table-stream";

    private final DynamoDbAsyncClient dynamoDb = DynamoDbLocal.client();

    @Test
    void theTableIsCreatedUnderTheNameOfTheApplicationAndRecordsAreHandled() throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(1);
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream(STREAM, 2);
            kinesis.client()
                    .putRecord(
                            put -> put.streamName(STREAM).partitionKey("DTW").data(SdkBytes.fromUtf8String("to LAS")))
                    .join();
            try (ShardlineConsumer consumer = consumer("own-table", kinesis, handled)) {
                consumer.start().join();
                handled.await();
                assertThat(consumer.state()).isEqualTo(ConsumerState.RUNNING);
            }
        }
        assertThat(dynamoDb.describeTable(table -> table.tableName("own-table"))
                        .join()
                        .table()
                        .tableStatus())
                .isEqualTo(TableStatus.ACTIVE);
    }

    @Test
    void aTableOfAnotherShapeFailsTheStartAndSaysWhat() {
        dynamoDb.createTable(table -> table.tableName("no-leases")
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("id")
                                .attributeType(ScalarAttributeType.N)
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("id")
                                .keyType(KeyType.HASH)
                                .build()))
                .join();
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineConsumer consumer = consumer("no-leases", kinesis, new CountDownLatch(1))) {
            assertThatThrownBy(() -> consumer.start().join())
                    .hasCauseInstanceOf(ConsumerException.class)
                    .hasMessageContaining("table 'no-leases' is not a lease table");
            assertThat(consumer.state()).isEqualTo(ConsumerState.FAILED);
        }
    }

    private ShardlineConsumer consumer(String application, KinesisEmulator kinesis, CountDownLatch handled) {
        URI endpoint = dynamoDb.serviceClientConfiguration().endpointOverride().orElseThrow();
        return ShardlineConsumer.builder()
                .config(ConsumerConfig.builder(application, STREAM, StartingPosition.trimHorizon())
                        .build())
                .client(kinesis.client())
                .dynamoDbEndpoint(endpoint)
                .region("us-east-1")
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .recordHandler((record, context) -> handled.countDown())
                .build();
    }
}
