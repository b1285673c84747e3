package io.shardline.consumer.internal.dynamodb;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.consumer.PendingCheckpoint;
import io.shardline.consumer.Position;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.lease.Worker;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of the lease protocol as items: written, and read ({@code docs/lease-protocol.md} has the layout).
 *
 * <p>Reading throws an {@link IllegalArgumentException} that names what is wrong with an item. Thread-safe: it holds
 * nothing.
 */
final class Rows {

    /** The key of the one fleet row. */
    static final String FLEET_KEY = "fleet";

    private static final String SESSION_PREFIX = "worker/";
    private static final String STREAM_PREFIX = "stream/";
    private static final int NANO_DIGITS_OF_A_MILLI = 6;

    /** A shard that a merge made has two. Each is stored with all of the lease's key but the shard id, up to 2 KiB. */
    private static final int MAX_PARENTS = 2;

    private Rows() {}

    /** The kinds of row that the table may hold. */
    enum Kind {
        LEASE,
        SESSION,
        FLEET,
        STREAM,
        /** As a lease, but no shard's. */
        PLANNER,
        /** Of another program, or of a later version of ours. */
        OTHER
    }

    static Kind kindOf(Item item) {
        String entity = item.optionalString(Attributes.ENTITY);
        if (entity == null) {
            return Kind.LEASE;
        }
        return switch (entity) {
            case Attributes.LEASE -> Kind.LEASE;
            case Attributes.SESSION -> Kind.SESSION;
            case Attributes.FLEET -> Kind.FLEET;
            case Attributes.STREAM -> Kind.STREAM;
            case Attributes.PLANNER -> Kind.PLANNER;
            default -> Kind.OTHER;
        };
    }

    // ------------------------------------------------------------------------------------------------- sessions

    static String sessionKey(String session) {
        return SESSION_PREFIX + session;
    }

    static Map<String, AttributeValue> item(SessionRow row) {
        Map<String, AttributeValue> item = keyed(sessionKey(row.id()), Attributes.SESSION);
        item.put(Attributes.WORKER_ID, string(row.worker().id()));
        if (row.worker().mostLeases() < Integer.MAX_VALUE) {
            item.put(Attributes.MOST_LEASES, number(row.worker().mostLeases()));
        }
        item.put(Attributes.STATE, string(row.alive() ? Attributes.ALIVE : Attributes.DEAD));
        item.put(Attributes.LEAVING, flag(row.leaving()));
        item.put(Attributes.HEARTBEAT, number(row.heartbeat()));
        item.put(Attributes.LEASE_MILLIS, millis(row.timing().leaseNanos()));
        item.put(Attributes.JUDGE_MILLIS, millis(row.timing().judgeNanos()));
        item.put(Attributes.BEAT_MILLIS, millis(row.timing().beatNanos()));
        item.put(Attributes.LEASES, number(row.leases()));
        if (row.alive()) {
            // Never absent while alive: an update can set an entry of a map only where there is a map.
            item.put(Attributes.ASKS, numbers(row.asks()));
            item.put(Attributes.INBOX, numbers(row.inbox()));
        }
        if (row.heir() != null) {
            item.put(Attributes.HEIR, string(row.heir()));
        }
        if (row.pressure() != null) {
            item.put(Attributes.PRESSURE, pressure(row.pressure()));
        }
        return item;
    }

    static SessionRow session(Item item) {
        return new SessionRow(
                withoutPrefix(item, SESSION_PREFIX),
                new Worker(item.string(Attributes.WORKER_ID), item.count(Attributes.MOST_LEASES, Integer.MAX_VALUE)),
                isAlive(item),
                item.flag(Attributes.LEAVING),
                item.number(Attributes.HEARTBEAT),
                new Timing(
                        item.positiveMillisAsNanos(Attributes.LEASE_MILLIS),
                        item.positiveMillisAsNanos(Attributes.JUDGE_MILLIS),
                        item.positiveMillisAsNanos(Attributes.BEAT_MILLIS)),
                item.count(Attributes.LEASES, 0),
                item.counts(Attributes.ASKS),
                item.numbers(Attributes.INBOX),
                item.optionalString(Attributes.HEIR),
                pressure(item));
    }

    /** A hint, without which a session is one all the same. */
    private static @Nullable ImmutableMap<String, ReadPressure> pressure(Item item) {
        ImmutableMap<String, String> texts = item.texts(Attributes.PRESSURE);
        if (texts == null) {
            return null;
        }
        ImmutableMap.Builder<String, ReadPressure> pressure = ImmutableMap.builder();
        texts.forEach((stream, text) -> {
            ReadPressure shards = ReadPressure.parse(text);
            if (shards != null) {
                pressure.put(stream, shards);
            }
        });
        return pressure.buildOrThrow();
    }

    static AttributeValue pressure(Map<String, ReadPressure> pressure) {
        ImmutableMap.Builder<String, AttributeValue> texts = ImmutableMap.builder();
        pressure.forEach((stream, shards) -> texts.put(stream, string(shards.toString())));
        return AttributeValue.fromM(texts.buildOrThrow());
    }

    private static boolean isAlive(Item item) {
        return switch (item.string(Attributes.STATE)) {
            case Attributes.ALIVE -> true;
            case Attributes.DEAD -> false;
            default -> throw item.malformed(Attributes.STATE, "ALIVE or DEAD");
        };
    }

    // -------------------------------------------------------------------------------------- the fleet, the stream

    static FleetRow fleet(Item item) {
        return new FleetRow(
                item.number(Attributes.REVISION, 0),
                item.strings(Attributes.SUSPECTS),
                item.flag(Attributes.PLANNED),
                item.flag(Attributes.SEVERAL_STREAMS)
                        ? FleetRow.SEVERAL_STREAMS
                        : item.optionalString(Attributes.STREAM_NAME));
    }

    static Map<String, AttributeValue> item(StreamRow row) {
        Map<String, AttributeValue> item = keyed(streamKey(row.streamName()), Attributes.STREAM);
        item.put(Attributes.STREAM_NAME, string(row.streamName()));
        item.put(Attributes.STREAM_CREATED, string(row.created().toString()));
        item.put(Attributes.STREAM_FROM, string(row.from().name()));
        if (row.startAt() != null) {
            item.put(Attributes.STREAM_START_AT, string(row.startAt().toString()));
        }
        item.put(Attributes.STREAM_REMOVED, flag(row.removed()));
        if (row.retrieval().turn() > 0) {
            item.putAll(retrievalAttributes(row.retrieval()));
        }
        if (row.check() != null) {
            item.put(Attributes.STREAM_CHECKS, number(row.check().number()));
            item.putAll(checkAttributes(row.check()));
        }
        return item;
    }

    static Map<String, AttributeValue> retrievalAttributes(RetrievalChoice choice) {
        return Map.of(
                Attributes.RETRIEVAL, string(choice.isFanOut() ? Attributes.FAN_OUT : Attributes.POLLING),
                Attributes.RETRIEVAL_SINCE, string(choice.since().toString()),
                Attributes.RETRIEVAL_WHY, string(choice.why()),
                Attributes.RETRIEVAL_STAY_MILLIS, number(choice.stay().toMillis()),
                Attributes.RETRIEVAL_OURS, flag(choice.isOurs()),
                Attributes.RETRIEVAL_TURN, number(choice.turn()));
    }

    private static RetrievalChoice retrieval(Item item) {
        if (!item.has(Attributes.RETRIEVAL_TURN)) {
            return RetrievalChoice.FIRST;
        }
        Instant since = item.optionalInstant(Attributes.RETRIEVAL_SINCE);
        String why = item.optionalString(Attributes.RETRIEVAL_WHY);
        return new RetrievalChoice(
                Attributes.FAN_OUT.equals(item.optionalString(Attributes.RETRIEVAL)),
                since == null ? Instant.EPOCH : since,
                why == null ? "" : why,
                Duration.ofMillis(item.number(Attributes.RETRIEVAL_STAY_MILLIS, 0)),
                item.flag(Attributes.RETRIEVAL_OURS),
                item.number(Attributes.RETRIEVAL_TURN));
    }

    /** What a check sets, but for its number. */
    static Map<String, AttributeValue> checkAttributes(StreamRow.Check check) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put(Attributes.STREAM_ACCOUNT, string(check.account()));
        attributes.put(Attributes.STREAM_RETENTION, number(check.retention().toHours()));
        return attributes;
    }

    static String streamKey(String streamName) {
        return STREAM_PREFIX + streamName;
    }

    static StreamRow stream(Item item) {
        Instant created = item.optionalInstant(Attributes.STREAM_CREATED);
        if (created == null) {
            throw item.malformed(Attributes.STREAM_CREATED, "a time");
        }
        return new StreamRow(
                item.string(Attributes.STREAM_NAME),
                created,
                StartingPosition.Kind.valueOf(item.string(Attributes.STREAM_FROM)),
                item.optionalInstant(Attributes.STREAM_START_AT),
                item.flag(Attributes.STREAM_REMOVED),
                retrieval(item),
                check(item));
    }

    private static StreamRow.@Nullable Check check(Item item) {
        String account = item.optionalString(Attributes.STREAM_ACCOUNT);
        return account == null
                ? null
                : new StreamRow.Check(
                        account,
                        Duration.ofHours(item.count(Attributes.STREAM_RETENTION, 0)),
                        item.number(Attributes.STREAM_CHECKS));
    }

    // --------------------------------------------------------------------------------------------------- leases

    static Map<String, AttributeValue> item(Lease row) {
        String entity = row.key().equals(Lease.PLANNER) ? Attributes.PLANNER : Attributes.LEASE;
        Map<String, AttributeValue> item = keyed(row.key(), entity);
        item.put(Attributes.COUNTER, number(row.counter()));
        item.put(Attributes.OUR_COUNTER, number(row.counter()));
        item.put(Attributes.OWNER_SWITCHES, number(row.ownerSwitches()));
        if (row.owner() != null) {
            item.put(Attributes.OWNER, string(row.owner()));
            item.put(Attributes.OUR_OWNER, string(row.owner()));
        }
        LeaseKey key = LeaseKey.parse(row.key());
        if (!key.stream().isEmpty()) {
            item.put(
                    Attributes.STREAM_NAME,
                    string(key.stream().substring(0, key.stream().length() - 1)));
            item.put(Attributes.SHARD_ID, string(key.shardId()));
        }
        if (!row.parents().isEmpty()) {
            item.put(
                    Attributes.PARENTS,
                    strings(row.parents().stream()
                            .map(parent -> LeaseKey.parse(parent).shardId())
                            .toList()));
        }
        if (row.range() != null) {
            item.put(Attributes.RANGE_START, string(row.range().start().toString()));
            item.put(Attributes.RANGE_END, string(row.range().end().toString()));
        }
        if (row.pending() != null) {
            putPending(item, row.pending());
        }
        checkpointAttributes(row.checkpoint()).forEach((name, value) -> {
            if (value != null) {
                item.put(name, value);
            }
        });
        return item;
    }

    /** What a checkpoint sets, and with null what it removes. */
    static Map<String, @Nullable AttributeValue> checkpointAttributes(Checkpoint checkpoint) {
        AttributeValue text = string(Attributes.SHARD_END);
        long sub = 0;
        AttributeValue startAt = null;
        AttributeValue tipReadAt = null;
        AttributeValue childStartAt = null;
        AttributeValue unsettled = null;
        if (checkpoint instanceof Checkpoint.At at) {
            text = string(at.position().sequenceNumber());
            sub = at.position().subSequenceNumber();
            tipReadAt = at.tipReadAt() == null ? null : string(at.tipReadAt().toString());
        } else if (checkpoint instanceof Checkpoint.AtStart start) {
            text = string(start.from().name());
            AttributeValue time =
                    start.startAt() == null ? null : string(start.startAt().toString());
            boolean isChild = start.from() == StartingPosition.Kind.TRIM_HORIZON;
            startAt = isChild ? null : time;
            childStartAt = isChild ? time : null;
        } else if (checkpoint instanceof Checkpoint.Unsettled start && start.from() != null) {
            text = string(start.from().name());
        } else if (checkpoint instanceof Checkpoint.Unsettled) {
            text = string(StartingPosition.Kind.TRIM_HORIZON.name()); // others cannot read NULL, and so lose nothing
            unsettled = flag(true);
        }
        Map<String, @Nullable AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put(Attributes.CHECKPOINT, text);
        attributes.put(Attributes.CHECKPOINT_SUB, number(sub));
        attributes.put(Attributes.OUR_START_AT, startAt);
        attributes.put(Attributes.OUR_CHILD_START_AT, childStartAt);
        attributes.put(Attributes.OUR_START_FOR_CHILDREN, checkpoint.isStartForChildren() ? flag(true) : null);
        attributes.put(Attributes.OUR_TIP_READ_AT, tipReadAt);
        attributes.put(Attributes.OUR_UNSETTLED, unsettled);
        return attributes;
    }

    static Lease lease(Item item) {
        long counter = item.number(Attributes.COUNTER);
        return new Lease(
                item.key(),
                shownOwner(item, counter),
                counter,
                checkpoint(item),
                parents(item),
                range(item),
                item.count(Attributes.OWNER_SWITCHES, 0),
                pending(item));
    }

    private static ImmutableSet<String> parents(Item item) {
        String name = item.has(Attributes.PARENTS) ? Attributes.PARENTS : Attributes.PARENTS_ELSEWHERE;
        ImmutableSet<String> parents = item.strings(name);
        if (parents.size() > MAX_PARENTS) {
            throw item.malformed(name, "a set of at most " + MAX_PARENTS + " shard ids");
        }
        LeaseKey key = LeaseKey.parse(item.key());
        return parents.stream().map(parent -> key.sibling(parent).toString()).collect(ImmutableSet.toImmutableSet());
    }

    /** KCL's, which nobody here writes. */
    private static @Nullable PendingCheckpoint pending(Item item) {
        String sequenceNumber = item.optionalString(Attributes.PENDING);
        AttributeValue state = item.attributes().get(Attributes.PENDING_STATE);
        return sequenceNumber == null
                ? null
                : new PendingCheckpoint(
                        sequenceNumber, item.number(Attributes.PENDING_SUB, 0), state == null ? null : state.b());
    }

    private static void putPending(Map<String, AttributeValue> item, PendingCheckpoint pending) {
        item.put(Attributes.PENDING, string(pending.sequenceNumber()));
        item.put(Attributes.PENDING_SUB, number(pending.subSequenceNumber()));
        if (pending.state() != null) {
            item.put(Attributes.PENDING_STATE, AttributeValue.fromB(pending.state()));
        }
    }

    /** Whether the last write of a lease row was ours; KCL's writes leave our copies of owner and counter behind. */
    static boolean isOurs(Item lease) {
        return !lease.has(Attributes.CHECKPOINT_OWNER)
                && Objects.equals(
                        lease.attributes().get(Attributes.OWNER),
                        lease.attributes().get(Attributes.OUR_OWNER))
                && Objects.equals(
                        lease.attributes().get(Attributes.COUNTER),
                        lease.attributes().get(Attributes.OUR_COUNTER));
    }

    private static @Nullable String shownOwner(Item item, long counter) {
        String owner = item.optionalString(Attributes.OWNER);
        String checkpointOwner = item.optionalString(Attributes.CHECKPOINT_OWNER);
        if (owner == null) {
            if (checkpointOwner != null) {
                throw item.malformed(Attributes.CHECKPOINT_OWNER, "absent where there is no leaseOwner");
            }
            return null;
        }
        return isOurs(item) ? owner : new ForeignOwner(owner, counter, item.key(), checkpointOwner).name();
    }

    private static Checkpoint checkpoint(Item item) {
        if (item.isNull(Attributes.CHECKPOINT)) {
            return new Checkpoint.Unsettled(null);
        }
        String text = item.string(Attributes.CHECKPOINT);
        if (text.equals(Attributes.SHARD_END)) {
            return new Checkpoint.ShardEnd(item.flag(Attributes.OUR_START_FOR_CHILDREN));
        }
        for (StartingPosition.Kind kind : StartingPosition.Kind.values()) {
            if (text.equals(kind.name())) {
                return start(item, kind);
            }
        }
        // A write by KCL, or by a version that does not know it, leaves the time behind: it stays true of what is
        // handled.
        return new Checkpoint.At(
                new Position(text, item.number(Attributes.CHECKPOINT_SUB, 0)),
                item.optionalInstant(Attributes.OUR_TIP_READ_AT));
    }

    private static Checkpoint start(Item item, StartingPosition.Kind kind) {
        Instant childStartAt = item.optionalInstant(Attributes.OUR_CHILD_START_AT);
        if (kind == StartingPosition.Kind.TRIM_HORIZON && childStartAt != null) {
            return new Checkpoint.AtStart(kind, childStartAt, true);
        }
        if (kind == StartingPosition.Kind.TRIM_HORIZON) {
            return item.flag(Attributes.OUR_UNSETTLED) ? new Checkpoint.Unsettled(null) : Checkpoint.trimHorizon();
        }
        Instant startAt = item.optionalInstant(Attributes.OUR_START_AT);
        return startAt == null
                ? new Checkpoint.Unsettled(kind)
                : new Checkpoint.AtStart(kind, startAt, item.flag(Attributes.OUR_START_FOR_CHILDREN));
    }

    private static @Nullable HashKeyRange range(Item item) {
        String start = item.optionalString(Attributes.RANGE_START);
        String end = item.optionalString(Attributes.RANGE_END);
        return start == null || end == null ? null : HashKeyRange.parse(start, end);
    }

    // --------------------------------------------------------------------------------------------------- values

    static AttributeValue string(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    static AttributeValue flag(boolean value) {
        return AttributeValue.fromBool(value);
    }

    static AttributeValue strings(Collection<String> values) {
        return AttributeValue.fromSs(ImmutableSet.copyOf(values).asList());
    }

    private static AttributeValue numbers(Map<String, ? extends Number> values) {
        ImmutableMap.Builder<String, AttributeValue> numbers = ImmutableMap.builder();
        values.forEach((key, value) -> numbers.put(key, number(value.longValue())));
        return AttributeValue.fromM(numbers.buildOrThrow());
    }

    private static AttributeValue millis(long nanos) {
        return AttributeValue.fromN(BigDecimal.valueOf(nanos, NANO_DIGITS_OF_A_MILLI)
                .stripTrailingZeros()
                .toPlainString());
    }

    private static Map<String, AttributeValue> keyed(String key, String entity) {
        Map<String, AttributeValue> item = new LinkedHashMap<>();
        item.put(Attributes.KEY, string(key));
        item.put(Attributes.ENTITY, string(entity));
        return item;
    }

    private static String withoutPrefix(Item item, String prefix) {
        if (!item.key().startsWith(prefix)) {
            throw item.malformed(Attributes.KEY, "prefixed with '" + prefix + "'");
        }
        return item.key().substring(prefix.length());
    }
}
