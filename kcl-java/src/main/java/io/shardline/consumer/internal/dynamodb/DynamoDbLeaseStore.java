package io.shardline.consumer.internal.dynamodb;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.ServicePlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * The lease table in DynamoDB, with KCL's names and meanings on the lease rows.
 *
 * <p>Every write is one item, conditional, and names the attributes it changes, so nothing that another program put there
 * is lost. A lease row is ours when our copies of its owner and counter equal KCL's. Others are shown as leases too, since
 * their children must wait for them: one without an owner as free, one with an owner as that of a {@link ForeignOwner},
 * from which the protocol takes only what does not move. Rows that cannot be read are left out of a scan and fail a read
 * by key, because absent would mean something else. Thread-safe.
 */
public final class DynamoDbLeaseStore implements LeaseStore {

    private final DynamoDbAsyncClient client;
    private final DynamoDbTable table;
    private final TableCalls calls;
    private final TableReads reads;
    private final RowReader rows;
    private final AwsRequestOverrideConfiguration timed;

    /**
     * A table that may not exist yet; see {@link #prepare}.
     *
     * @param client must make one attempt per call
     * @throws IllegalArgumentException if it makes more
     */
    public DynamoDbLeaseStore(DynamoDbAsyncClient client, DynamoDbTable table) {
        this(client, table, RowReports.toLog(table.tableName()));
    }

    DynamoDbLeaseStore(DynamoDbAsyncClient client, DynamoDbTable table, RowReports reports) {
        this.client = OneAttempt.required(client);
        this.table = table;
        this.rows = new RowReader(table.tableName(), reports);
        this.calls = new TableCalls(table.tableName());
        this.reads = new TableReads(client, table, calls);
        this.timed = TableReads.timed(table.callTimeout());
    }

    /**
     * Creates the table unless it exists, waits until it can be used, and checks that it is of the right shape.
     *
     * @return fails with a {@link ConsumerException} that says what to do; never hangs
     */
    @Override
    public CompletableFuture<Void> prepare(Platform platform) {
        reads.pauseBy(platform);
        return new TablePreparation(client, table, platform).start();
    }

    @Override
    public String place() {
        return "lease table '" + table.tableName() + "' in DynamoDB " + ServicePlace.of(client);
    }

    @Override
    public Duration callTimeout() {
        return table.callTimeout();
    }

    // ------------------------------------------------------------------------------------------------- sessions

    @Override
    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
        return create(Rows.item(row), row, Rows::session);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> renew(String session, long heartbeat, Renewal renewal) {
        ItemUpdate update = alive().where(Attributes.HEARTBEAT, Rows.number(heartbeat))
                .set(Attributes.HEARTBEAT, Rows.number(heartbeat + 1))
                .set(Attributes.LEASES, Rows.number(renewal.leases()))
                .set(Attributes.LEAVING, Rows.flag(renewal.leaving()));
        if (renewal.pressure() != null) {
            update.set(Attributes.PRESSURE, Rows.pressure(renewal.pressure()));
        }
        renewal.asksRead().forEach((asker, count) -> update.removeEntry(Attributes.ASKS, asker, Rows.number(count)));
        renewal.inboxRead().forEach((key, counter) -> update.removeEntry(Attributes.INBOX, key, Rows.number(counter)));
        return updateSession(session, update);
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> markDead(String session, long heartbeat, String by) {
        return updateSession(session, died(alive().where(Attributes.HEARTBEAT, Rows.number(heartbeat)), by));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> retire(String session, @Nullable String heir) {
        ItemUpdate update = died(alive(), session);
        return updateSession(session, heir == null ? update : update.set(Attributes.HEIR, Rows.string(heir)));
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> ask(String session, String asker, int count) {
        return updateSession(
                session,
                alive().whereRoomFor(Attributes.ASKS, asker, SessionRow.MAX_HINTS)
                        .setEntry(Attributes.ASKS, asker, Rows.number(count)));
    }

    /** In a row that is full this takes a second call. */
    @Override
    public CompletableFuture<WriteResult<SessionRow>> notify(String session, String leaseKey, long counter) {
        AttributeValue value = Rows.number(counter);
        ItemUpdate named = alive().whereRoomFor(Attributes.INBOX, leaseKey, SessionRow.MAX_HINTS)
                .setEntry(Attributes.INBOX, leaseKey, value);
        return updateSession(session, named).thenCompose(result -> {
            boolean full = result instanceof WriteResult.Refused<SessionRow> refused
                    && refused.row() != null
                    && refused.row().alive();
            return full
                    ? updateSession(session, alive().setEntry(Attributes.INBOX, SessionRow.SCAN, value))
                    : CompletableFuture.completedFuture(result);
        });
    }

    @Override
    public CompletableFuture<WriteResult<SessionRow>> deleteSession(String session) {
        ItemUpdate condition = new ItemUpdate().where(Attributes.STATE, Rows.string(Attributes.DEAD));
        return delete(Rows.sessionKey(session), condition, Rows::session);
    }

    private static ItemUpdate alive() {
        return new ItemUpdate().where(Attributes.STATE, Rows.string(Attributes.ALIVE));
    }

    private static ItemUpdate died(ItemUpdate update, String by) {
        return update.set(Attributes.STATE, Rows.string(Attributes.DEAD))
                .set(Attributes.DEAD_BY, Rows.string(by))
                .remove(Attributes.ASKS)
                .remove(Attributes.INBOX);
    }

    private CompletableFuture<WriteResult<SessionRow>> updateSession(String session, ItemUpdate update) {
        return update(Rows.sessionKey(session), update, Rows::session);
    }

    // -------------------------------------------------------------------------------------- the fleet, the stream

    @Override
    public CompletableFuture<FleetRow> moveRevision() {
        return changeFleet(new ItemUpdate().add(Attributes.REVISION, Rows.number(1)));
    }

    @Override
    public CompletableFuture<FleetRow> suspect(String session, boolean suspected) {
        AttributeValue one = Rows.strings(List.of(session));
        ItemUpdate update = new ItemUpdate();
        return changeFleet(suspected ? update.add(Attributes.SUSPECTS, one) : update.delete(Attributes.SUSPECTS, one));
    }

    @Override
    public CompletableFuture<FleetRow> setPlanned(boolean planned) {
        return changeFleet(
                new ItemUpdate().add(Attributes.REVISION, Rows.number(1)).set(Attributes.PLANNED, Rows.flag(planned)));
    }

    @Override
    public CompletableFuture<FleetRow> claim(String application) {
        boolean isOfSeveral = application.equals(FleetRow.SEVERAL_STREAMS);
        ItemUpdate update = new ItemUpdate()
                .where(Attributes.STREAM_NAME, null)
                .where(Attributes.SEVERAL_STREAMS, null)
                .set(Attributes.ENTITY, Rows.string(Attributes.FLEET))
                .set(
                        isOfSeveral ? Attributes.SEVERAL_STREAMS : Attributes.STREAM_NAME,
                        isOfSeveral ? Rows.flag(true) : Rows.string(application));
        return update(Rows.FLEET_KEY, update, Rows::fleet).thenApply(DynamoDbLeaseStore::shown);
    }

    private static FleetRow shown(WriteResult<FleetRow> result) {
        if (result instanceof WriteResult.Written<FleetRow> written) {
            return written.row();
        }
        if (result instanceof WriteResult.Refused<FleetRow> refused && refused.row() != null) {
            return refused.row();
        }
        throw new IllegalStateException(
                result instanceof WriteResult.Unknown<FleetRow> unknown
                        ? unknown.cause()
                        : "the row '" + Rows.FLEET_KEY + "' of the lease table cannot be read");
    }

    private CompletableFuture<FleetRow> changeFleet(ItemUpdate update) {
        update.set(Attributes.ENTITY, Rows.string(Attributes.FLEET));
        return calls.read(
                "UpdateItem",
                () -> client.updateItem(update.of(table.tableName(), Rows.FLEET_KEY)
                        .overrideConfiguration(timed)
                        .build()),
                answer -> Rows.fleet(new Item(answer.attributes())));
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> registerStream(StreamRow row) {
        return create(Rows.item(row), row, Rows::stream).thenCompose(result -> {
            if (result instanceof WriteResult.Unknown<StreamRow> unknown) {
                return CompletableFuture.failedFuture(new IllegalStateException(unknown.cause()));
            }
            boolean unreadable = result instanceof WriteResult.Refused<StreamRow> refused && refused.row() == null;
            return unreadable
                    ? CompletableFuture.failedFuture(new ConsumerException(
                            "lease table '" + table.tableName() + "': the row of stream '" + row.streamName()
                                    + "' cannot be read; use another application name, or mend the row",
                            null))
                    : CompletableFuture.completedFuture(result);
        });
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> checked(
            String streamName, Instant created, StreamRow.Check check) {
        ItemUpdate update = new ItemUpdate()
                .where(Attributes.ENTITY, Rows.string(Attributes.STREAM))
                .where(Attributes.STREAM_CREATED, Rows.string(created.toString()))
                .add(Attributes.STREAM_CHECKS, Rows.number(1));
        Rows.checkAttributes(check).forEach(update::set);
        return update(Rows.streamKey(streamName), update, Rows::stream);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRemoved(String streamName, boolean removed) {
        ItemUpdate update = new ItemUpdate()
                .where(Attributes.ENTITY, Rows.string(Attributes.STREAM))
                .set(Attributes.STREAM_REMOVED, Rows.flag(removed));
        return update(Rows.streamKey(streamName), update, Rows::stream);
    }

    @Override
    public CompletableFuture<WriteResult<StreamRow>> setRetrieval(String streamName, RetrievalChoice next) {
        ItemUpdate update = new ItemUpdate()
                .where(Attributes.ENTITY, Rows.string(Attributes.STREAM))
                .where(Attributes.RETRIEVAL_TURN, next.turn() == 1 ? null : Rows.number(next.turn() - 1));
        Rows.retrievalAttributes(next).forEach(update::set);
        return update(Rows.streamKey(streamName), update, Rows::stream);
    }

    @Override
    public CompletableFuture<List<StreamRow>> readStreams(Collection<String> streamNames) {
        List<String> keys = streamNames.stream().map(Rows::streamKey).toList();
        return reads.getAll(keys, true).thenApply(found -> {
            List<StreamRow> streams = new ArrayList<>();
            found.values().forEach(item -> rows.readable(item, Rows::stream).ifPresent(streams::add));
            return streams;
        });
    }

    // --------------------------------------------------------------------------------------------------- leases

    @Override
    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
        return create(Rows.item(lease), lease, rows::lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> take(Lease seen, String owner) {
        ItemUpdate update =
                changed(seen, seen.ownedBy(owner)).whereNot(Attributes.CHECKPOINT, Rows.string(Attributes.SHARD_END));
        if (seen.checkpoint() instanceof Checkpoint.Unsettled unsettled && unsettled.from() == null) {
            Rows.checkpointAttributes(unsettled).forEach(update::setOrRemove); // in words that all can read
        }
        return update(seen.key(), update, rows::lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
        return update(held.key(), moved(held, held.handledTo(position)), rows::lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> give(Lease held, Checkpoint position, @Nullable String to) {
        return update(held.key(), moved(held, held.givenTo(to, position)), rows::lease);
    }

    @Override
    public CompletableFuture<WriteResult<Lease>> deleteLease(Lease ended) {
        ItemUpdate condition = new ItemUpdate()
                .where(Attributes.COUNTER, Rows.number(ended.counter()))
                .where(Attributes.CHECKPOINT, Rows.string(Attributes.SHARD_END));
        return delete(ended.key(), condition, rows::lease);
    }

    /** From a row as it was seen, whoever wrote it, to one of ours. */
    private static ItemUpdate changed(Lease seen, Lease next) {
        ForeignOwner foreign = seen.owner() == null ? null : ForeignOwner.parse(seen.owner());
        String owner = foreign == null ? seen.owner() : foreign.leaseOwner();
        String checkpointOwner = foreign == null ? null : foreign.checkpointOwner();
        AttributeValue nextOwner = next.owner() == null ? null : Rows.string(next.owner());
        ItemUpdate update = new ItemUpdate()
                .where(Attributes.COUNTER, Rows.number(seen.counter()))
                .where(Attributes.OWNER, owner == null ? null : Rows.string(owner))
                .where(Attributes.CHECKPOINT_OWNER, checkpointOwner == null ? null : Rows.string(checkpointOwner))
                .set(Attributes.COUNTER, Rows.number(next.counter()))
                .set(Attributes.OUR_COUNTER, Rows.number(next.counter()))
                .setOrRemove(Attributes.OWNER, nextOwner)
                .setOrRemove(Attributes.OUR_OWNER, nextOwner)
                .set(Attributes.OWNER_SWITCHES, Rows.number(next.ownerSwitches()));
        return checkpointOwner == null ? update : update.remove(Attributes.CHECKPOINT_OWNER);
    }

    private static ItemUpdate moved(Lease seen, Lease next) {
        ItemUpdate update = changed(seen, next);
        Rows.checkpointAttributes(next.checkpoint()).forEach(update::setOrRemove);
        if (seen.pending() != null && next.pending() == null) {
            update.remove(Attributes.PENDING).remove(Attributes.PENDING_SUB).remove(Attributes.PENDING_STATE);
        }
        return update;
    }

    // ---------------------------------------------------------------------------------------------------- reads

    @Override
    public CompletableFuture<Watch> watch(Set<String> sessions) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(Rows.FLEET_KEY);
        sessions.forEach(session -> keys.add(Rows.sessionKey(session)));
        return reads.getAll(keys, false).thenApply(found -> {
            Item fleet = found.remove(Rows.FLEET_KEY);
            List<SessionRow> sessionRows = new ArrayList<>();
            found.values().forEach(item -> rows.readable(item, Rows::session).ifPresent(sessionRows::add));
            return new Watch(fleet == null ? FleetRow.EMPTY : Rows.fleet(fleet), sessionRows);
        });
    }

    @Override
    public CompletableFuture<Optional<SessionRow>> readSession(String session) {
        if (ForeignOwner.parse(session) != null) {
            return CompletableFuture.completedFuture(Optional.empty()); // no session has such a name
        }
        return reads.get(Rows.sessionKey(session))
                .thenApply(item -> item.map(row -> rows.required(row, Rows::session)));
    }

    @Override
    public CompletableFuture<List<Lease>> readLeases(Collection<String> keys) {
        return reads.getAll(keys, true).thenApply(found -> {
            List<Lease> leases = new ArrayList<>();
            found.values().forEach(item -> leases.add(rows.required(item, rows::lease)));
            return leases;
        });
    }

    @Override
    public CompletableFuture<List<Lease>> readReadable(Collection<String> keys) {
        return reads.getAll(keys, true).thenApply(found -> {
            List<Lease> leases = new ArrayList<>();
            found.values().forEach(item -> rows.readable(item, rows::lease).ifPresent(leases::add));
            return leases;
        });
    }

    @Override
    public CompletableFuture<Scan> scan() {
        return reads.scan().thenApply(rows::scan);
    }

    // --------------------------------------------------------------------------------------------------- writes

    private <T> CompletableFuture<WriteResult<T>> create(
            Map<String, AttributeValue> item, T row, Function<Item, T> reader) {
        PutItemRequest request = PutItemRequest.builder()
                .tableName(table.tableName())
                .item(item)
                .conditionExpression("attribute_not_exists(" + Attributes.KEY + ")")
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .overrideConfiguration(timed)
                .build();
        return calls.write("PutItem", () -> client.putItem(request), answer -> row, rows.before(reader));
    }

    private <T> CompletableFuture<WriteResult<T>> update(String key, ItemUpdate update, Function<Item, T> reader) {
        return calls.write(
                "UpdateItem",
                () -> client.updateItem(update.of(table.tableName(), key)
                        .overrideConfiguration(timed)
                        .build()),
                answer -> rows.required(new Item(answer.attributes()), reader),
                rows.before(reader));
    }

    private <T> CompletableFuture<WriteResult<T>> delete(String key, ItemUpdate condition, Function<Item, T> reader) {
        return calls.write(
                "DeleteItem",
                () -> client.deleteItem(condition
                        .deletionOf(table.tableName(), key)
                        .overrideConfiguration(timed)
                        .build()),
                answer -> rows.required(new Item(answer.attributes()), reader),
                rows.before(reader));
    }
}
