package io.shardline.consumer.simulation;

import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.AggregateCodec;
import io.shardline.aggregation.AggregateEntry;
import io.shardline.aggregation.Decoded;
import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.testkit.StoredRecord;
import io.shardline.testkit.time.SimulatedTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * A lease table that KCL has left behind, in the middle of a stream's life: records, reshards, and for each shard a row as KCL writes
 * it or none. It knows which of these records are left to be handled.
 *
 * <p>Confined to one thread.
 */
final class TakenOverTable {

    private static final int KEYS = 8;
    private static final int MAX_RESHARDS = 3;
    private static final int ENTRIES = 3;

    /** So that whatever happens to the stream afterwards is possible. */
    private static final int MIN_SHARDS = 2;

    private static final long COUNTER = 41;
    private static final Duration STEP = Duration.ofSeconds(2);

    /** After the first of two or more rounds of records. */
    private static final Instant TIMESTAMP = SimulatedTime.EPOCH.plus(STEP);

    private static final List<StartingPosition> POSITIONS =
            List.of(StartingPosition.trimHorizon(), StartingPosition.latest(), StartingPosition.atTimestamp(TIMESTAMP));

    private final FleetWorld world;
    private final RandomGenerator random;
    private final StartingPosition position;
    private final int[] next = new int[KEYS];
    private final Map<String, Lease> rows = new LinkedHashMap<>();
    private final Map<String, Shard> shards = new LinkedHashMap<>();
    private final Set<String> rest = new LinkedHashSet<>();
    private final Set<String> handled = new LinkedHashSet<>();

    /** One of the records that were there before. */
    private record Past(String value, String shardId, Position position, Instant arrival) {}

    TakenOverTable(FleetWorld world, RandomGenerator random) {
        this.world = world;
        this.random = random;
        this.position = POSITIONS.get(random.nextInt(POSITIONS.size()));
    }

    /** The configuration of those who take it over, the same as that of the fleet before. */
    StartingPosition position() {
        return position;
    }

    /**
     * Makes it; takes some simulated time.
     *
     * @param handledBefore is told of records that those who take over have nothing to do with
     */
    void leave(BiConsumer<String, Position> handledBefore) {
        put();
        for (int i = random.nextInt(MAX_RESHARDS + 1); i > 0; i--) {
            reshard();
            put();
        }
        put();
        boolean withRanges = random.nextInt(4) > 0;
        boolean withOwners = random.nextBoolean();
        for (Shard shard : world.kinesis.shards(FleetWorld.STREAM)) {
            shards.put(shard.shardId(), shard);
            Checkpoint checkpoint = drawCheckpoint(shard);
            if (checkpoint != null) {
                String owner =
                        withOwners ? "kcl-1 (foreign, counter " + COUNTER + " of " + shard.shardId() + ")" : null;
                HashKeyRange range = withRanges ? rangeOf(shard) : null;
                rows.put(
                        shard.shardId(),
                        new Lease(shard.shardId(), owner, COUNTER, checkpoint, parentsOf(shard), range, 0));
            }
        }
        forgetSomeOfTheFinished();
        if (random.nextInt(3) == 0) {
            rows.clear();
            world.count("lives with an empty table and a stream that was resharded before");
        }
        rows.values().forEach(row -> world.table.createLease(row).join());
        past().forEach(record -> (isLeft(record) ? rest : handled).add(record.value()));
        past().filter(record -> handled.contains(record.value()))
                .forEach(record -> handledBefore.accept(record.shardId(), record.position()));
    }

    /** The keys of rows of shards that are not at their end. */
    List<String> rowsToRead() {
        return rows.values().stream()
                .filter(row -> !row.isEnded())
                .map(Lease::key)
                .toList();
    }

    /** Whether all that was left has been handled. */
    boolean isHandled(Set<String> values) {
        return values.containsAll(rest);
    }

    /** Whether a record was handled before, or lies before the starting position. */
    boolean wasHandled(String value) {
        return handled.contains(value);
    }

    // ---------------------------------------------------------------------------------------------- the records

    private void put() {
        for (Shard shard : world.openShards()) {
            HashKeyRange range = rangeOf(shard);
            List<Integer> keys = Stream.iterate(0, key -> key + 1)
                    .limit(KEYS)
                    .filter(key -> range.contains(HashKey.ofPartitionKey(name(key))))
                    .toList();
            for (int i = random.nextInt(1, 5); i > 0 && !keys.isEmpty(); i--) {
                if (random.nextBoolean()) {
                    String value = value(keys.get(random.nextInt(keys.size())));
                    put(FleetFeed.keyOf(value), null, value.getBytes(StandardCharsets.UTF_8));
                } else {
                    put("a", range.start(), aggregate(keys));
                }
            }
        }
        world.time.advance(STEP);
    }

    private void put(String key, @Nullable HashKey hashKey, byte[] data) {
        world.kinesis
                .client()
                .putRecord(r -> r.streamName(FleetWorld.STREAM)
                        .partitionKey(key)
                        .explicitHashKey(hashKey == null ? null : hashKey.toString())
                        .data(SdkBytes.fromByteArray(data)));
        world.time.advance(Duration.ofMillis(20));
    }

    private byte[] aggregate(List<Integer> keys) {
        List<AggregateEntry> entries = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            String value = value(keys.get(random.nextInt(keys.size())));
            entries.add(new AggregateEntry(FleetFeed.keyOf(value), null, value.getBytes(StandardCharsets.UTF_8)));
        }
        return AggregateCodec.encode(entries);
    }

    private static String name(int key) {
        return "past" + key;
    }

    private String value(int key) {
        return name(key) + ":" + next[key]++;
    }

    private void reshard() {
        List<Shard> open = world.openShards();
        int at = random.nextInt(open.size() - 1);
        Shard shard = open.get(at);
        if (open.size() == MIN_SHARDS || random.nextBoolean()) {
            String middle = rangeOf(shard).midpoint().toString();
            world.kinesis
                    .client()
                    .splitShard(r -> r.streamName(FleetWorld.STREAM)
                            .shardToSplit(shard.shardId())
                            .newStartingHashKey(middle));
        } else {
            world.kinesis
                    .client()
                    .mergeShards(r -> r.streamName(FleetWorld.STREAM)
                            .shardToMerge(shard.shardId())
                            .adjacentShardToMerge(open.get(at + 1).shardId()));
        }
        world.time.advance(STEP);
    }

    private Stream<Past> past() {
        return world.kinesis.records(FleetWorld.STREAM).stream().flatMap(TakenOverTable::past);
    }

    private static Stream<Past> past(StoredRecord record) {
        if (!(AggregateCodec.decode(record.data().asByteArray()) instanceof Decoded.Aggregated aggregate)) {
            return Stream.of(past(record, record.data().asByteArray(), 0));
        }
        List<Past> entries = new ArrayList<>();
        aggregate.entries().forEach(entry -> entries.add(past(record, entry.data(), entries.size())));
        return entries.stream();
    }

    private static Past past(StoredRecord record, byte[] data, int index) {
        return new Past(
                new String(data, StandardCharsets.UTF_8),
                record.shardId(),
                new Position(record.sequenceNumber(), index),
                record.arrival());
    }

    // ------------------------------------------------------------------------------------------------- the rows

    /** KCL gives the children of a shard their rows before it ends that shard, or as soon as it lists them. */
    private @Nullable Checkpoint drawCheckpoint(Shard shard) {
        Set<String> parents = parentsOf(shard);
        if (!rows.keySet().containsAll(parents)) {
            return null;
        }
        boolean isReady = rows.values().stream()
                .filter(row -> parents.contains(row.key()))
                .allMatch(Lease::isEnded);
        if (!isReady) {
            return switch (random.nextInt(4)) {
                case 0 -> Checkpoint.trimHorizon();
                case 1 -> drawUnsettled(StartingPosition.Kind.LATEST);
                default -> null;
            };
        }
        boolean isClosed = shard.sequenceNumberRange().endingSequenceNumber() != null;
        List<Past> records = past().filter(record -> record.shardId().equals(shard.shardId()))
                .toList();
        if (isClosed && random.nextInt(2) == 0) {
            return Checkpoint.shardEnd();
        }
        return switch (random.nextInt(parents.isEmpty() ? 8 : 6)) {
            case 0, 1 -> Checkpoint.trimHorizon();
            case 6 -> drawUnsettled(StartingPosition.Kind.LATEST);
            case 7 -> drawUnsettled(StartingPosition.Kind.AT_TIMESTAMP);
            default ->
                records.isEmpty()
                        ? Checkpoint.trimHorizon()
                        : new Checkpoint.At(
                                records.get(random.nextInt(records.size())).position());
        };
    }

    /** As KCL writes it, or as another library does, which writes nothing: that an earlier version cannot read. */
    private Checkpoint drawUnsettled(StartingPosition.Kind from) {
        return new Checkpoint.Unsettled(random.nextInt(3) == 0 && !world.draws.mixesVersions() ? null : from);
    }

    /** KCL deletes the rows of finished shards whose children have begun. */
    private void forgetSomeOfTheFinished() {
        Set<String> awaited = new LinkedHashSet<>();
        for (Shard shard : shards.values()) {
            Lease row = rows.get(shard.shardId());
            if (row == null || !row.checkpoint().hasBegun()) {
                awaited.addAll(parentsOf(shard));
            }
        }
        for (Shard shard : shards.values()) {
            Lease row = rows.get(shard.shardId());
            boolean isOldest = parentsOf(shard).stream().noneMatch(rows::containsKey);
            if (row != null && row.isEnded() && !awaited.contains(row.key()) && isOldest && random.nextBoolean()) {
                rows.remove(row.key());
            }
        }
    }

    /** Whether a record is to be handled by those who take the table over. */
    private boolean isLeft(Past record) {
        Lease row = rows.get(record.shardId());
        if (row != null && row.checkpoint() instanceof Checkpoint.At at) {
            return record.position().compareTo(at.position()) > 0;
        }
        if (row != null && !(row.checkpoint() instanceof Checkpoint.Unsettled)) {
            return !row.isEnded();
        }
        if (row == null && isPassed(record.shardId())) {
            return false;
        }
        return hasLeasedAncestor(record.shardId())
                || switch (position.kind()) {
                    case TRIM_HORIZON -> true;
                    case LATEST -> false;
                    case AT_TIMESTAMP -> !record.arrival().isBefore(TIMESTAMP);
                };
    }

    /** Whether a shard without a row is an ancestor of one that has a row: then KCL has finished it. */
    private boolean isPassed(String shardId) {
        return shards.values().stream()
                .filter(shard -> parentsOf(shard).contains(shardId))
                .anyMatch(child -> rows.containsKey(child.shardId()) || isPassed(child.shardId()));
    }

    private boolean hasLeasedAncestor(String shardId) {
        Shard shard = shards.get(shardId);
        return shard != null
                && parentsOf(shard).stream().anyMatch(parent -> rows.containsKey(parent) || hasLeasedAncestor(parent));
    }

    private static ImmutableSet<String> parentsOf(Shard shard) {
        return Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(parent -> parent != null)
                .collect(ImmutableSet.toImmutableSet());
    }

    private static HashKeyRange rangeOf(Shard shard) {
        return HashKeyRange.parse(
                shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
    }
}
