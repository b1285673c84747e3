package io.shardline.consumer.internal.shard;

import io.shardline.aggregation.HashKey;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.runtime.internal.ControlCalls;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import io.shardline.runtime.internal.ServicePlace;
import io.shardline.runtime.internal.ShardListing;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * Creates the leases that one stream's shards need.
 *
 * <p>Any worker may do it at any time: a lease is created only where there is none. Confined to the consumer loop.
 */
final class ShardSync implements RootLeases.Owner, ShardLookUps.Owner, StreamChecks.Asker {

    private static final Logger log = Logs.of(ShardSync.class);

    /** Listings with a hole in a row that are not believed; a reshard is not that long between two states. */
    private static final int MOST_INCOMPLETE_LISTINGS = 3;

    /** Which part of an ARN is the account; see {@code arn:aws:kinesis:region:account:stream/name}. */
    private static final int ARN_ACCOUNT = 4;

    /** What every stream has at least. */
    private static final Duration LEAST_RETENTION = Duration.ofHours(24);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SessionKeeper.Setting setting;
    private final ControlCalls calls;
    private final ShardListing listing;
    private final KinesisAsyncClient client;
    private final SharedCall<DescribeStreamSummaryResponse> description;
    private final SharedCall<List<Shard>> allShards;
    private final RootLeases roots;
    private final ShardLookUps lookUps;
    private final ShardStart starts;
    private final ChildLeases children;
    private final Target target;

    private Duration retention = LEAST_RETENTION;
    private @Nullable StreamRow stream;
    private String keyPrefix = "";
    private @Nullable String lastFailure;
    private int incompleteListings;
    private boolean asking;
    private boolean running;
    private boolean hasSucceeded;
    private boolean isNew;

    /**
     * What is synchronised, and who must know.
     *
     * @param ofSeveral whether the keys of leases tell the stream
     * @param book knows whether it is for this worker to list the shards; if not, another does, and here only the stream's
     *     identity is checked
     * @param checks who asks for the stream, if it is one of several
     * @param unreadable is told of rows that cannot be read
     * @param done is told how many leases were created
     */
    record Target(
            StreamConfig stream,
            boolean ofSeveral,
            LeaseBook book,
            StreamChecks checks,
            UnreadableLeases unreadable,
            Consumer<Integer> done,
            Consumer<ConsumerException> failed) {

        String streamName() {
            return stream.streamName();
        }
    }

    ShardSync(SessionKeeper.Setting setting, KinesisAsyncClient client, SharedScan scans, Target target) {
        this.setting = setting;
        this.client = client;
        this.calls = new ControlCalls(setting.loop(), setting.platform(), this::attemptFailed);
        this.listing = new ShardListing(calls, client);
        this.target = target;
        this.roots = new RootLeases(setting, scans, target, this);
        this.description = new SharedCall<>(this::describeNow);
        this.allShards = new SharedCall<>(() -> listing.list(target.streamName(), null));
        this.lookUps = new ShardLookUps(this, allShards);
        this.starts = new ShardStart(setting, allShards, () -> stream);
        this.children = new ChildLeases(setting, allShards, this::run);
    }

    /** As {@link #run}, for a stream that was added here: nobody else may know of it. */
    void runNew() {
        isNew = true;
        run();
    }

    /** Lists the shards and creates what is missing, unless that is under way. */
    void run() {
        if (running) {
            return;
        }
        running = true;
        if (target.ofSeveral() && !isNew) {
            target.checks().ask(target.streamName(), this);
        } else {
            isYours();
        }
    }

    @Override
    public CompletableFuture<?> isYours() {
        asking = true;
        return description.ask().thenAccept(this::identify).exceptionally(this::fail);
    }

    @Override
    public void foundByAnother(StreamRow row, StreamRow.Check check) {
        retention = check.retention();
        keyPrefix = LeaseKey.streamOf(check.account(), row.streamName(), row.created());
        identified(stream == null ? row : stream, row.created());
    }

    /** The service that an answer is awaited from, or null if it is the lease table. */
    @Nullable
    String awaited() {
        return asking ? "Kinesis " + ServicePlace.of(client) : null;
    }

    /** Why the last call to Kinesis that failed did so, or null if none has. */
    @Nullable
    String lastFailure() {
        return lastFailure;
    }

    private CompletableFuture<DescribeStreamSummaryResponse> describeNow() {
        return calls.call(() -> client.describeStreamSummary(request -> request.streamName(target.streamName())))
                .whenComplete((answer, failure) -> {
                    Integer hours = answer == null
                            ? null
                            : answer.streamDescriptionSummary().retentionPeriodHours();
                    retention = hours == null ? retention : Duration.ofHours(hours);
                });
    }

    @Override
    public CompletableFuture<StreamDescriptionSummary> describe() {
        return description.ask().thenApply(DescribeStreamSummaryResponse::streamDescriptionSummary);
    }

    /** How long the stream keeps records, as it was last heard. */
    Duration retention() {
        return retention;
    }

    private void attemptFailed(Throwable failure) {
        lastFailure = ServiceErrors.code(failure) + ": " + ServiceErrors.message(failure);
        log.debug("a call to Kinesis for stream={} failed: {}", target.streamName(), lastFailure);
    }

    /** Creates the leases of a shard's children, see {@link ChildLeases#create}. */
    void createChildren(Lease parent, List<ChildShard> named, Runnable created) {
        children.create(parent, named, created);
    }

    /** Looks a shard up, see {@link ShardLookUps#lookUp}. */
    void lookUp(LeaseKey key, Consumer<Listed> answer) {
        lookUps.lookUp(key, answer);
    }

    @Override
    public boolean isSame(StreamDescriptionSummary described) {
        StreamRow known = stream;
        return known == null || isSame(known, described.streamCreationTimestamp());
    }

    @Override
    public void lookFailed(Throwable thrown) {
        Throwable failure = ServiceErrors.cause(thrown);
        if (isGone(failure)) {
            target.failed().accept(new ConsumerException(explain(failure), failure));
        } else {
            log.warn("looking up shards of stream={} failed: {}", target.streamName(), ServiceErrors.message(failure));
        }
    }

    /** Finds out where a shard begins whose lease does not tell. Calls back, if need be after a while. */
    void settle(Lease row, Consumer<Lease> settled) {
        starts.settle(row, settled);
    }

    @Override
    public String keyPrefix(StreamDescriptionSummary described) {
        if (!target.ofSeveral()) {
            return "";
        }
        return LeaseKey.streamOf(accountOf(described), target.streamName(), described.streamCreationTimestamp());
    }

    private static String accountOf(StreamDescriptionSummary described) {
        return described.streamARN().split(":", -1)[ARN_ACCOUNT];
    }

    private void identify(DescribeStreamSummaryResponse answer) {
        asking = false;
        keyPrefix = keyPrefix(answer.streamDescriptionSummary());
        Instant created = answer.streamDescriptionSummary().streamCreationTimestamp();
        StartingPosition from = target.stream().startingPosition();
        Instant startAt = switch (from.kind()) {
            case TRIM_HORIZON -> null;
            case LATEST -> serviceTime(answer);
            case AT_TIMESTAMP -> from.timestamp();
        };
        StreamRow.Check check = target.ofSeveral()
                ? StreamRow.Check.first(accountOf(answer.streamDescriptionSummary()), retention)
                : null;
        StreamRow mine =
                new StreamRow(target.streamName(), created, from.kind(), startAt, false, RetrievalChoice.FIRST, check);
        StreamRow known = stream;
        if (known != null) {
            found(check, created);
            identified(known, created);
        } else {
            setting.calls()
                    .read(
                            () -> setting.store().registerStream(mine),
                            result -> registered(result, created, check),
                            this::again);
        }
    }

    private void found(StreamRow.@Nullable Check check, Instant created) {
        if (check != null) {
            target.checks().found(target.streamName(), created, check);
        }
    }

    private void registered(WriteResult<StreamRow> result, Instant created, StreamRow.@Nullable Check check) {
        result.then(
                written -> {
                    isNew |= !target.book().plansHere(); // whoever plans does not know it either
                    identified(written, created);
                },
                known -> {
                    found(check, created);
                    identified(Objects.requireNonNull(known), created);
                },
                unknown -> again(new IllegalStateException(unknown)));
    }

    /** The service's own clock, to the second: nobody's own clock decides from where records are read. */
    private Instant serviceTime(DescribeStreamSummaryResponse answer) {
        if (answer.sdkHttpResponse() != null) {
            String date = answer.sdkHttpResponse().firstMatchingHeader("Date").orElse("");
            try {
                return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
            } catch (DateTimeParseException e) {
                log.debug("no Date header in the answer of the service: '{}'", date);
            }
        }
        return setting.platform().wallClock().instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Whether the stream is the one that the checkpoints are of; if not, the consumer has nothing left to do. */
    private boolean isSame(StreamRow row, Instant created) {
        if (row.created().equals(created)) {
            return true;
        }
        target.failed()
                .accept(new ConsumerException(
                        "stream '" + row.streamName() + "' was created at " + created
                                + ", but the checkpoints in the lease "
                                + "table are of a stream of that name created at " + row.created()
                                + "; use another application name, or delete the lease table to start over",
                        null));
        return false;
    }

    private void identified(StreamRow row, Instant created) {
        if (!isSame(row, created)) {
            running = false;
            return;
        }
        stream = row;
        if (!target.book().plansHere() && !isNew) {
            synced(0);
            return;
        }
        ShardFilter filter = row.startAt() == null
                ? null
                : ShardFilter.builder()
                        .type(ShardFilterType.FROM_TIMESTAMP)
                        .timestamp(row.startAt())
                        .build();
        asking = true;
        listing.list(row.streamName(), filter)
                .thenAccept(shards -> plan(row, shards))
                .exceptionally(this::fail);
    }

    private void plan(StreamRow row, List<Shard> shards) {
        asking = false;
        List<ListedShard> listed = listed(shards);
        HashKey hole = ShardSyncPlanner.firstHole(listed).orElse(null);
        incompleteListings = hole == null ? 0 : incompleteListings + 1;
        if (hole != null && incompleteListings <= MOST_INCOMPLETE_LISTINGS) {
            again(new IllegalStateException("the service lists no shard for hash key " + hole));
            return;
        }
        Checkpoint start = new Checkpoint.AtStart(row.from(), row.startAt(), row.startAt() != null);
        boolean alone = isNew || target.book().plansForAll();
        StreamListing all = row.startAt() == null ? StreamListing.complete(listed) : StreamListing.fromTime(listed);
        roots.create(new RootLeases.Wanted(all, keyPrefix, start, alone));
    }

    private List<ListedShard> listed(List<Shard> shards) {
        return shards.stream().map(shard -> ListedShard.of(keyPrefix, shard)).toList();
    }

    @Override
    public void allShardsNeeded(RootLeases.Wanted wanted) {
        asking = true;
        allShards
                .ask()
                .thenAccept(shards -> {
                    asking = false;
                    roots.create(wanted.with(wanted.listing().completedBy(listed(shards))));
                })
                .exceptionally(this::fail);
    }

    /** Whether it is known that none of some shards will get a lease by a sync that it does not have. */
    boolean isDoneWith(Collection<String> keys) {
        return hasSucceeded || roots.isDoneWith(keys);
    }

    @Override
    public void synced(int created) {
        running = false;
        isNew = false;
        hasSucceeded = true;
        target.done().accept(created);
    }

    @Override
    public void failed(ConsumerException why) {
        fail(why);
    }

    private @Nullable Void fail(Throwable thrown) {
        running = false;
        Throwable failure = ServiceErrors.cause(thrown);
        if (failure instanceof ConsumerException known) {
            target.failed().accept(known);
        } else if (isFatal(failure)) {
            target.failed().accept(new ConsumerException(explain(failure), failure));
        } else {
            again(failure);
        }
        return null;
    }

    /** A fleet that runs is not ended by what may be mended, such as a permission that is being changed. */
    private boolean isFatal(Throwable failure) {
        return isGone(failure) || (!hasSucceeded && !ServiceErrors.isTransient(failure));
    }

    private static boolean isGone(Throwable failure) {
        return ServiceErrors.code(failure).equals("ResourceNotFoundException");
    }

    @Override
    public void again(Throwable failure) {
        if (failure instanceof ConsumerException && !hasSucceeded) {
            fail(failure);
            return;
        }
        running = false;
        log.warn("looking for new shards of stream={} failed and is repeated", target.streamName(), failure);
        setting.loop().schedule(RETRY_NANOS, this::run);
    }

    private String explain(Throwable failure) {
        if (isGone(failure)) {
            String where = "stream '" + target.streamName() + "' ";
            return where
                    + (stream != null
                            ? "was deleted: its checkpoints are of no use to another stream of that name, so create it"
                                    + " and use another application name, or delete the lease table to start over"
                            : "does not exist " + ServicePlace.of(client)
                                    + ": create it, or correct its name, the region or the endpoint")
                    + " (" + ServiceErrors.message(failure) + ")";
        }
        return "the shards of stream '" + target.streamName() + "' cannot be listed: " + ServiceErrors.code(failure)
                + ": " + ServiceErrors.message(failure);
    }
}
