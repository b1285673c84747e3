package io.shardline.producer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKey;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What is behind a {@link LoopbackKinesis}: shards of equal ranges, and what was stored in them. Thread-safe. */
final class LoopbackStream {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String THROTTLE = "ProvisionedThroughputExceededException";
    private static final BigInteger HASH_KEYS = BigInteger.TWO.pow(128);

    /** The user records in the order in which they were stored. */
    final List<AggregateEntry> stored = new CopyOnWriteArrayList<>();

    private final int shards;
    private final AtomicLong sequence = new AtomicLong(1);
    private volatile @Nullable Throttle throttle;

    LoopbackStream(int shards) {
        this.shards = shards;
    }

    /** One shard takes nothing. Immutable. */
    private record Throttle(String shardId, CountDownLatch requests) {}

    /** See {@link LoopbackKinesis#throttle}. */
    CountDownLatch throttle(String shardId, int requests) {
        CountDownLatch left = new CountDownLatch(requests);
        throttle = new Throttle(shardId, left);
        return left;
    }

    void heal() {
        throttle = null;
    }

    /** The user records in the records of a request. */
    static List<AggregateEntry> userRecords(JsonNode records) throws IOException {
        List<AggregateEntry> all = new ArrayList<>();
        for (JsonNode record : records) {
            all.addAll(userRecordsOf(record));
        }
        return all;
    }

    private static List<AggregateEntry> userRecordsOf(JsonNode record) throws IOException {
        byte[] data = record.get("Data").binaryValue();
        String explicit = record.path("ExplicitHashKey").textValue();
        HashKey hashKey = explicit == null ? null : HashKey.parse(explicit);
        return AggregateCodec.decode(data) instanceof Decoded.Aggregated aggregated
                ? aggregated.entries()
                : List.of(new AggregateEntry(record.get("PartitionKey").textValue(), hashKey, data));
    }

    /** Stores the records of a request, as far as its reply lets it, and makes the answer. */
    ObjectNode put(JsonNode records, LoopbackKinesis.Reply reply) throws IOException {
        Throttle slow = throttle;
        ArrayNode results = NODES.arrayNode();
        int throttled = 0;
        boolean hitsSlow = false;
        for (JsonNode record : records) {
            String shardId = shardOf(record);
            boolean isSlow = slow != null && slow.shardId.equals(shardId);
            hitsSlow |= isSlow;
            if (isSlow || (reply == LoopbackKinesis.Reply.SOME_THROTTLED && results.size() % 2 == 0)) {
                throttled++;
                results.addObject().put("ErrorCode", THROTTLE).put("ErrorMessage", "too fast");
            } else {
                stored.addAll(userRecordsOf(record));
                results.add(result(shardId, reply));
            }
        }
        if (slow != null && hitsSlow) {
            slow.requests.countDown();
        }
        if (reply == LoopbackKinesis.Reply.TOO_FEW) {
            results.remove(0);
        } else if (reply == LoopbackKinesis.Reply.TOO_MANY) {
            results.add(result(shardId(0), reply));
        }
        return NODES.objectNode().put("FailedRecordCount", throttled).set("Records", results);
    }

    private ObjectNode result(String shardId, LoopbackKinesis.Reply reply) {
        ObjectNode result = NODES.objectNode().put("ShardId", shardId);
        if (reply != LoopbackKinesis.Reply.NO_NUMBERS) {
            result.put("SequenceNumber", String.valueOf(sequence.incrementAndGet()));
        }
        return result;
    }

    private String shardOf(JsonNode record) {
        String explicit = record.path("ExplicitHashKey").textValue();
        return shardOf(
                explicit == null
                        ? HashKey.ofPartitionKey(record.get("PartitionKey").textValue())
                        : HashKey.parse(explicit));
    }

    /** Where the service puts what has such a hash key. */
    String shardOf(HashKey hashKey) {
        int shard = shards - 1;
        while (start(shard).compareTo(hashKey.toBigInteger()) > 0) {
            shard--;
        }
        return shardId(shard);
    }

    private BigInteger start(int shard) {
        return HASH_KEYS.multiply(BigInteger.valueOf(shard)).divide(BigInteger.valueOf(shards));
    }

    private static String shardId(int shard) {
        return String.format("shardId-%012d", shard);
    }

    /** What ListShards answers. */
    ObjectNode listing() {
        ObjectNode answer = NODES.objectNode();
        ArrayNode all = answer.putArray("Shards");
        for (int i = 0; i < shards; i++) {
            ObjectNode shard = all.addObject().put("ShardId", shardId(i));
            shard.putObject("HashKeyRange")
                    .put("StartingHashKey", start(i).toString())
                    .put("EndingHashKey", start(i + 1).subtract(BigInteger.ONE).toString());
            shard.putObject("SequenceNumberRange").put("StartingSequenceNumber", "1");
        }
        return answer;
    }

    /** What DescribeStreamSummary answers. */
    ObjectNode summary() {
        ObjectNode answer = NODES.objectNode();
        answer.putObject("StreamDescriptionSummary")
                .put("StreamStatus", "ACTIVE")
                .put("OpenShardCount", shards)
                .put("MaxRecordSizeInKiB", 10 * 1024);
        return answer;
    }
}
