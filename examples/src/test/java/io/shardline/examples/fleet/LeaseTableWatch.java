package io.shardline.examples.fleet;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Reads the leases from outside, again and again, and notes when a counter or a checkpoint goes back.
 *
 * <p>Thread-safe.
 */
final class LeaseTableWatch implements AutoCloseable {

    private static final long LOOK_MILLIS = 250;

    /** After the checkpoints of all records. */
    private static final Spot SHARD_END = Spot.of("9".repeat(100), "0");

    private final DynamoDbAsyncClient client;
    private final String table;
    private final ConcurrentLinkedQueue<String> wentBack = new ConcurrentLinkedQueue<>();
    private SortedMap<String, Row> last = new TreeMap<>(); // of the scheduler's thread

    /** A lease. Immutable. */
    record Row(@Nullable String owner, long counter, Spot checkpoint) {

        boolean isOf(String worker) {
            return owner != null && owner.startsWith(worker) && !checkpoint.equals(SHARD_END);
        }
    }

    LeaseTableWatch(URI endpoint, String table, ScheduledExecutorService scheduler) {
        this.table = table;
        this.client = DynamoDbAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
        scheduler.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Up to where a worker has written that it handled its shards, which are not at their end. */
    SortedMap<String, Spot> checkpointsOf(String worker) {
        SortedMap<String, Spot> checkpoints = new TreeMap<>();
        leases().forEach((shard, row) -> {
            if (row.isOf(worker)) {
                checkpoints.put(shard, row.checkpoint());
            }
        });
        return checkpoints;
    }

    /** What went back, which must be nothing. */
    List<String> wentBack() {
        return new ArrayList<>(wentBack);
    }

    private void look() {
        SortedMap<String, Row> now;
        try {
            now = leases();
        } catch (RuntimeException e) {
            return; // there is no table yet, or no more
        }
        now.forEach((shard, row) -> {
            Row before = last.getOrDefault(shard, row);
            if (row.counter() < before.counter() || row.checkpoint().compareTo(before.checkpoint()) < 0) {
                wentBack.add(shard + ": " + before + ", then " + row);
            }
        });
        last = now;
    }

    private SortedMap<String, Row> leases() {
        SortedMap<String, Row> leases = new TreeMap<>();
        ScanResponse answer = client.scan(request -> request.tableName(table).consistentRead(true))
                .join();
        for (Map<String, AttributeValue> item : answer.items()) {
            if (item.containsKey("checkpoint")) {
                leases.put(attribute(item, "leaseKey").s(), row(item));
            }
        }
        return leases;
    }

    private static Row row(Map<String, AttributeValue> item) {
        return new Row(
                attribute(item, "leaseOwner").s(),
                Long.parseLong(attribute(item, "leaseCounter").n()),
                spot(
                        attribute(item, "checkpoint").s(),
                        attribute(item, "checkpointSubSequenceNumber").n()));
    }

    private static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
        return item.getOrDefault(name, AttributeValue.builder().build());
    }

    private static Spot spot(String checkpoint, String sub) {
        return switch (checkpoint) {
            case "TRIM_HORIZON" -> Spot.START;
            case "SHARD_END" -> SHARD_END;
            default -> Spot.of(checkpoint, sub);
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
