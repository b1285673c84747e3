package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.LocalServices;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** {@code flights --aws}, with emulators in the place of the real services. Confined to one thread. */
@Tag("processes")
@Timeout(120)
class FlightsElsewhereTest {

    private static final int DEPARTURES = 500;
    private static final Duration WHILE_IT_GOES = Duration.ofSeconds(30);
    private static final AwsCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    @TempDir
    private Path folder = Path.of("");

    private final SortedMap<String, String> properties = new TreeMap<>();
    private final KinesisAsyncClient kinesis = KinesisAsyncClient.builder()
            .endpointOverride(LocalServices.kinesis())
            .region(Region.US_EAST_1)
            .credentialsProvider(ANYBODY)
            .build();
    private final DynamoDbAsyncClient dynamoDb = DynamoDbAsyncClient.builder()
            .endpointOverride(LocalServices.dynamoDb())
            .region(Region.US_EAST_1)
            .credentialsProvider(ANYBODY)
            .build();

    /** What a run printed and returned. */
    private record Run(int exitCode, String out, String errors) {}

    @BeforeEach
    void takeEmulatorsForReal() {
        property("examples.aws.kinesis", LocalServices.kinesis().toString());
        property("examples.aws.dynamodb", LocalServices.dynamoDb().toString());
        property("aws.region", "us-east-1");
        property("aws.accessKeyId", "test");
        property("aws.secretAccessKey", "test");
    }

    @AfterEach
    void forgetThem() {
        properties.keySet().forEach(System::clearProperty);
        kinesis.close();
        dynamoDb.close();
    }

    @Test
    void itSaysWhatItCostsAndDeletesWhatItMade() throws IOException {
        Run run = run("--aws", "--name", "flights-aws");

        assertThat(run.exitCode()).as("%s", run).isEqualTo(Flights.RIGHT);
        assertThat(run.out())
                .contains("in region us-east-1, each tagged shardline-run=")
                .contains("stream flights-aws, provisioned, at most 5 shards at a time: 0.0750 USD for each hour begun")
                .contains("table flights-aws, on demand, at most 2000 writes")
                .contains("they are deleted at the end")
                .contains("at region us-east-1, with stream and lease table flights-aws, which are deleted now");
        await("what is being deleted is listed until it is gone")
                .atMost(WHILE_IT_GOES)
                .untilAsserted(() -> {
                    assertThat(streams()).doesNotContain("flights-aws");
                    assertThat(tables()).doesNotContain("flights-aws");
                });
    }

    @Test
    void whatIsKeptIsTaggedAndRefusedTheNextTimeAndLeftAlone() throws IOException {
        assertThat(run("--aws", "--keep", "--name", "flights-kept").exitCode()).isEqualTo(Flights.RIGHT);
        assertThat(kinesis.listTagsForStream(request -> request.streamName("flights-kept"))
                        .join()
                        .tags())
                .anyMatch(tag -> tag.key().equals(RunResources.TAG));

        Run again = run("--aws", "--name", "flights-kept");

        assertThat(again.exitCode()).isEqualTo(Flights.FAILED);
        assertThat(again.errors().lines())
                .containsExactly(
                        "flights: there is a stream 'flights-kept' at region us-east-1 already, and this run would"
                                + " use and delete it; give another --name");
        assertThat(streams()).contains("flights-kept");
        assertThat(tables()).contains("flights-kept");
    }

    @Test
    void aTableOfTheSameNameIsRefusedBeforeAnythingIsMade() throws IOException {
        dynamoDb.createTable(table -> table.tableName("flights-table")
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("id")
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("id")
                                .keyType(KeyType.HASH)
                                .build())
                        .billingMode(BillingMode.PAY_PER_REQUEST))
                .join();

        Run run = run("--aws", "--name", "flights-table");

        assertThat(run.exitCode()).isEqualTo(Flights.FAILED);
        assertThat(run.errors()).contains("there is a table 'flights-table' at region us-east-1 already");
        assertThat(streams()).doesNotContain("flights-table");
        assertThat(tables()).contains("flights-table");
    }

    @Test
    void withoutCredentialsItSaysWhatToSet() throws IOException {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");

        Run run = run("--aws");

        assertThat(run.exitCode()).isEqualTo(Flights.FAILED);
        assertThat(run.errors().lines()).hasSize(1);
        assertThat(run.errors()).startsWith("flights: no credentials: set AWS_ACCESS_KEY_ID");
    }

    @Test
    void aRegionThatIsNoneIsNamed() throws IOException {
        Run run = run("--aws", "--region", "us-west");

        assertThat(run.exitCode()).isEqualTo(Flights.BAD_OPTION);
        assertThat(run.errors().lines())
                .containsExactly("flights: a region is like eu-west-1, was 'us-west' (--help lists the options)");
    }

    private void property(String name, String value) {
        properties.put(name, value);
        System.setProperty(name, value);
    }

    private List<String> streams() {
        return kinesis.listStreams().join().streamNames();
    }

    private List<String> tables() {
        return dynamoDb.listTables().join().tableNames();
    }

    private Run run(String... options) throws IOException {
        Path file = folder.resolve("generated.csv");
        Stream<String> lines = IntStream.range(0, DEPARTURES)
                .mapToObj(i -> "2001-01-01T00:47,AP" + (char) ('A' + i % 26) + ",LAS,1,1750");
        Files.write(file, Stream.concat(Stream.of(Departure.HEADER), lines).toList());
        List<String> arguments = new ArrayList<>(List.of("--seed", "1", "--input", file.toString()));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Flights.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments.toArray(String[]::new));
        return new Run(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
