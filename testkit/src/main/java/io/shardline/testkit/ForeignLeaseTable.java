package io.shardline.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Lease tables as other consumer libraries leave them in DynamoDB, for tests of who takes one over.
 *
 * <p>The key of every table is {@code leaseKey}, a string. An item has each attribute in DynamoDB's JSON form: a map from the type to
 * the value, such as {@code {"S": "kcl-1"}}, {@code {"SS": [...]}} or {@code {"NULL": true}}. Thread-safe: it holds nothing.
 */
public enum ForeignLeaseTable {
    /** KCL 1.x: shards without hash keys. */
    KCL_1,
    /** KCL 2.x: with hash keys, and the children of finished shards. */
    KCL_2,
    /** KCL 3.0 to 3.4: with throughput, and a lease that is being handed over. */
    KCL_3,
    /** KCL 3.5 and later: as before, with kinds of rows, some of which are no leases. */
    KCL_3_5,
    /** zio-kinesis: a shard that was not begun has the checkpoint NULL, and parents have another name. */
    ZIO_KINESIS;

    private static final String OWNER = "old-worker-1";
    private static final String NEXT_OWNER = "old-worker-2";
    private static final String COUNTER = "41";
    private static final String NO_CHECKPOINT = "TRIM_HORIZON";
    private static final String SHARD_END = "SHARD_END";

    private static final Set<Feature> KCL_2_FEATURES = Set.of(Feature.HASH_KEYS, Feature.CHILDREN);
    private static final Set<Feature> KCL_3_FEATURES =
            Set.of(Feature.HASH_KEYS, Feature.CHILDREN, Feature.THROUGHPUT, Feature.HAND_OVER);

    private enum Feature {
        HASH_KEYS,
        CHILDREN,
        THROUGHPUT,
        HAND_OVER,
        KINDS,
        NULL_CHECKPOINT,
        PARENTS_ELSEWHERE
    }

    private boolean has(Feature feature) {
        return switch (this) {
            case KCL_1 -> false;
            case KCL_2 -> KCL_2_FEATURES.contains(feature);
            case KCL_3 -> KCL_3_FEATURES.contains(feature);
            case KCL_3_5 -> feature == Feature.KINDS || KCL_3_FEATURES.contains(feature);
            case ZIO_KINESIS -> feature == Feature.NULL_CHECKPOINT || feature == Feature.PARENTS_ELSEWHERE;
        };
    }

    /**
     * How far a shard is handled.
     *
     * @param text a sequence number, or TRIM_HORIZON, LATEST, AT_TIMESTAMP or SHARD_END
     * @param subSequenceNumber the index of the last handled entry of an aggregate; 0 otherwise
     */
    public record Checkpoint(String text, long subSequenceNumber) {

        /** At a word, or behind a record that is no aggregate. */
        public Checkpoint(String text) {
            this(text, 0);
        }
    }

    /**
     * The items of a table.
     *
     * @param shards those of the stream, as they are listed
     * @param checkpoints for each shard that has a lease, how far it is handled
     */
    public List<Map<String, Map<String, Object>>> items(List<Shard> shards, Map<String, Checkpoint> checkpoints) {
        List<Map<String, Map<String, Object>>> items = new ArrayList<>();
        boolean isHandedOver = has(Feature.HAND_OVER);
        for (Shard shard : shards) {
            Checkpoint checkpoint = checkpoints.get(shard.shardId());
            if (checkpoint != null) {
                Map<String, Map<String, Object>> item = lease(shard, checkpoint);
                if (isHandedOver && !checkpoint.text().equals(SHARD_END)) {
                    item.put("leaseOwner", string(NEXT_OWNER));
                    item.put("checkpointOwner", string(OWNER));
                    isHandedOver = false;
                }
                if (checkpoint.text().equals(SHARD_END) && has(Feature.CHILDREN)) {
                    putIfAny(item, "childShardIds", childrenOf(shard.shardId(), shards));
                }
                items.add(item);
            }
        }
        if (has(Feature.KINDS)) {
            items.addAll(others());
        }
        return items;
    }

    private Map<String, Map<String, Object>> lease(Shard shard, Checkpoint checkpoint) {
        Map<String, Map<String, Object>> item = new LinkedHashMap<>();
        item.put("leaseKey", string(shard.shardId()));
        item.put("leaseOwner", string(OWNER));
        item.put("leaseCounter", number(COUNTER));
        item.put("ownerSwitchesSinceCheckpoint", number("0"));
        boolean isNull = has(Feature.NULL_CHECKPOINT) && checkpoint.text().equals(NO_CHECKPOINT);
        item.put("checkpoint", isNull ? Map.of("NULL", true) : string(checkpoint.text()));
        if (!isNull) {
            item.put("checkpointSubSequenceNumber", number(String.valueOf(checkpoint.subSequenceNumber())));
        }
        String parents = has(Feature.PARENTS_ELSEWHERE) ? "parentShardIds" : "parentShardId";
        putIfAny(item, parents, parentsOf(shard));
        if (has(Feature.HASH_KEYS)) {
            item.put("startingHashKey", string(shard.hashKeyRange().startingHashKey()));
            item.put("endingHashKey", string(shard.hashKeyRange().endingHashKey()));
        }
        if (has(Feature.THROUGHPUT)) {
            item.put("throughputKBps", number("12.5"));
        }
        if (has(Feature.KINDS)) {
            item.put("entityType", string("LEASE"));
        }
        return item;
    }

    /** What stands beside the leases where one table has everything. */
    private static List<Map<String, Map<String, Object>>> others() {
        Map<String, Map<String, Object>> leader = row("Leader", "LEADER");
        leader.put("ownerName", string(OWNER));
        leader.put("leaseDuration", string("120000"));
        leader.put("recordVersionNumber", string("3f4c0fd0-2f5b-4e0c-9d3a-6f1d4f1b0f57"));
        Map<String, Map<String, Object>> metrics = row(OWNER, "WORKER_METRIC_STATS");
        metrics.put("lut", number("1767225600"));
        metrics.put("sts", Map.of("M", Map.of("C", Map.of("L", List.of(number("7"))))));
        metrics.put("opr", Map.of("M", Map.of("C", Map.of("L", List.of(number("100"))))));
        Map<String, Map<String, Object>> version = row("Migration3.0", "CLIENT_VERSION_MIGRATION");
        version.put("cv", string("CLIENT_VERSION_3X"));
        version.put("mb", string(OWNER));
        version.put("mts", number("1767225600000"));
        return List.of(leader, metrics, version);
    }

    private static Map<String, Map<String, Object>> row(String key, String kind) {
        Map<String, Map<String, Object>> item = new LinkedHashMap<>();
        item.put("leaseKey", string(key));
        item.put("entityType", string(kind));
        return item;
    }

    private static List<String> parentsOf(Shard shard) {
        return Stream.<@Nullable String>of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<String> childrenOf(String parent, List<Shard> shards) {
        return shards.stream()
                .filter(shard -> parentsOf(shard).contains(parent))
                .map(Shard::shardId)
                .toList();
    }

    private static void putIfAny(Map<String, Map<String, Object>> item, String name, List<String> values) {
        if (!values.isEmpty()) {
            item.put(name, Map.of("SS", values));
        }
    }

    private static Map<String, Object> string(String value) {
        return Map.of("S", value);
    }

    private static Map<String, Object> number(String value) {
        return Map.of("N", value);
    }
}
