package io.shardline.testkit;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * One stream: its shards, and the changes that are under way.
 *
 * <p>A change is applied when somebody looks at the stream at or after its time, and is stamped with that time; so the stream
 * needs no timer of its own. Confined to the engine's lock.
 */
final class EmulatedStream {
    /** Who reads gets nothing that is too old; the rest is only to give memory back. */
    private static final long SWEEP_MILLIS = 60_000;

    private static final long MILLIS_PER_SECOND = 1000;

    private final StreamName name;
    private final long generation;
    private final Quotas quotas;
    private final long createdMillis;
    private final List<EmulatedShard> shards = new ArrayList<>();
    private final TreeMap<HashKey, EmulatedShard> open = new TreeMap<>();
    private final Deque<Change> changes = new ArrayDeque<>();
    private final StreamSettings settings = new StreamSettings();
    private final StreamConsumers consumers;
    private StreamStatus status = StreamStatus.CREATING;
    private long sweptMillis;
    private boolean deleted;

    /**
     * What a stream is called.
     *
     * @param name within the account
     * @param account the account's 12 digits
     * @param arn the same, and the region, in one
     */
    record StreamName(String name, String account, String arn) {
        /** The words in which the service's messages name a stream. */
        String inMessages() {
            return name + " under account " + account;
        }
    }

    /** Something that happens to the stream at a time. */
    private record Change(long atMillis, LongConsumer action) {}

    /**
     * An empty stream that is being created.
     *
     * @param generation different for every stream of an engine, also for those of one name
     */
    EmulatedStream(StreamName name, long generation, Quotas quotas, long createdMillis) {
        this.name = name;
        this.generation = generation;
        this.quotas = quotas;
        this.createdMillis = createdMillis;
        this.sweptMillis = createdMillis;
        this.consumers = new StreamConsumers(this);
    }

    StreamName name() {
        return name;
    }

    long generation() {
        return generation;
    }

    Quotas quotas() {
        return quotas;
    }

    long createdMillis() {
        return createdMillis;
    }

    /** Refuses a request that means an earlier or later stream of this name; null means any. */
    void refuseOtherCreation(@Nullable Instant creation) {
        if (creation != null && creation.getEpochSecond() != createdMillis / MILLIS_PER_SECOND) {
            throw ServiceError.notFound("Stream " + name.inMessages() + " created at " + creation + " not found.");
        }
    }

    StreamStatus status() {
        return status;
    }

    void status(StreamStatus next) {
        status = next;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** Nothing that was planned happens any more, nobody reads by fan-out any more, and at that time it is gone. */
    void delete(long atMillis) {
        status = StreamStatus.DELETING;
        changes.clear();
        ServiceError error = ServiceError.notFound("Stream " + name.inMessages() + " not found.");
        for (EmulatedShard shard : shards) {
            shard.subscriptions().forEach(subscription -> subscription.fail(error));
        }
        at(atMillis, at -> deleted = true);
    }

    StreamSettings settings() {
        return settings;
    }

    StreamConsumers consumers() {
        return consumers;
    }

    /** The oldest time of which records are kept, and of which a stream that is younger has none. */
    long trimHorizonMillis(long nowMillis) {
        // Shards come at the end of CREATING, and before them there was nothing.
        long beginning = shards.isEmpty() ? createdMillis : shards.get(0).createdMillis();
        return Math.max(beginning, nowMillis - settings.retentionMillis());
    }

    /** Forgets all records that are older than the retention period. */
    void trim(long nowMillis) {
        sweptMillis = nowMillis;
        long horizon = nowMillis - settings.retentionMillis();
        shards.forEach(shard -> shard.log().trim(horizon));
    }

    /** Plans a change; changes happen in the order in which they are planned. */
    void at(long atMillis, LongConsumer action) {
        changes.add(new Change(atMillis, action));
        // Who waits for the end of a shard has to look again in time.
        shards.forEach(EmulatedShard::wakeSubscriptions);
    }

    /** Plans the end of a state: from now on UPDATING, then the change, then ACTIVE. */
    void update(long atMillis, LongConsumer action) {
        status = StreamStatus.UPDATING;
        at(atMillis, at -> {
            status = StreamStatus.ACTIVE;
            action.accept(at);
        });
    }

    /** When the next change comes; never if none is planned. */
    long nextChangeMillis() {
        Change next = changes.peek();
        return next == null ? Long.MAX_VALUE : next.atMillis();
    }

    /** Applies all changes whose time has come; they may plan further ones. */
    void settle(long nowMillis) {
        for (Change next = changes.peek(); next != null && next.atMillis() <= nowMillis; next = changes.peek()) {
            changes.remove();
            next.action().accept(next.atMillis());
        }
        if (nowMillis - sweptMillis >= SWEEP_MILLIS) {
            trim(nowMillis);
        }
    }

    /** All shards that there ever were, by number. */
    List<EmulatedShard> shards() {
        return Collections.unmodifiableList(shards);
    }

    /** The shards of which the service still speaks, by number: not those that closed before the retention period. */
    List<EmulatedShard> keptShards(long nowMillis) {
        long horizon = trimHorizonMillis(nowMillis);
        return shards.stream().filter(shard -> shard.closedMillis() >= horizon).toList();
    }

    /** The shards that take records, by hash key. */
    List<EmulatedShard> openShards() {
        return List.copyOf(open.values());
    }

    int openShardCount() {
        return open.size();
    }

    /** The open shard whose range holds the key; there is exactly one as soon as the stream has been created. */
    EmulatedShard route(HashKey key) {
        return Objects.requireNonNull(open.floorEntry(key), "a stream without shards takes no records")
                .getValue();
    }

    /** The shard of that id, if there ever was one. */
    @Nullable
    EmulatedShard shard(String id) {
        Optional<EmulatedShard> found =
                shards.stream().filter(shard -> shard.id().equals(id)).findFirst();
        return found.orElse(null);
    }

    /** The shards that came out of that one. */
    List<EmulatedShard> children(EmulatedShard parent) {
        return shards.stream().filter(shard -> shard.parents().contains(parent)).toList();
    }

    /** Cuts the whole space evenly into the first shards. */
    void createShards(int count, long nowMillis) {
        for (int i = 0; i < count; i++) {
            HashKey end = i + 1 == count
                    ? HashKey.MAX
                    : HashKey.boundary(i + 1, count).previous();
            add(new EmulatedShard.Range(HashKey.boundary(i, count), end), List.of(), nowMillis);
        }
    }

    /** Closes a shard and opens two, the second one beginning at {@code middle}. */
    void split(EmulatedShard parent, HashKey middle, long nowMillis) {
        close(parent, nowMillis);
        add(new EmulatedShard.Range(parent.start(), middle.previous()), List.of(parent), nowMillis);
        add(new EmulatedShard.Range(middle, parent.end()), List.of(parent), nowMillis);
    }

    /** Closes two adjacent shards and opens one with both ranges. */
    void merge(EmulatedShard parent, EmulatedShard adjacent, long nowMillis) {
        close(parent, nowMillis);
        close(adjacent, nowMillis);
        HashKey start = Collections.min(List.of(parent.start(), adjacent.start()), Comparator.naturalOrder());
        HashKey end = Collections.max(List.of(parent.end(), adjacent.end()), Comparator.naturalOrder());
        add(new EmulatedShard.Range(start, end), List.of(parent, adjacent), nowMillis);
    }

    private void close(EmulatedShard shard, long nowMillis) {
        shard.close(nowMillis);
        open.remove(shard.start());
    }

    private void add(EmulatedShard.Range range, List<EmulatedShard> parents, long nowMillis) {
        EmulatedShard shard = new EmulatedShard(shards.size(), range, parents, nowMillis);
        shards.add(shard);
        open.put(shard.start(), shard);
    }
}
