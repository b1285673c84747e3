package io.shardline.consumer.internal.dynamodb;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import io.shardline.runtime.internal.ServicePlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsDescription;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ReplicaDescription;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;

/**
 * Makes sure of the table before anything is written to it: created, usable, and of the right shape.
 *
 * <p>Several workers may do it at the same time. One step follows the other, on whatever thread has the answer; safe to use
 * from one thread at a time.
 */
final class TablePreparation {

    private static final Logger log = Logs.of(TablePreparation.class);

    /** How often the table is looked at while it is not ready. */
    static final Duration LOOK_PERIOD = Duration.ofMillis(500);

    /** How long to go on without any answer of the service. */
    static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    /** How many calls must go unanswered until then: time in which this process was paused is no silence of the service. */
    static final int MIN_UNANSWERED = 3;

    /** How long to wait for the table; creating one takes 5 to 20 s. */
    static final Duration ACTIVE_LIMIT = Duration.ofMinutes(2);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);
    private static final String SHAPE = "leaseKey (S, HASH)";

    private final DynamoDbAsyncClient client;
    private final DynamoDbTable table;
    private final Platform platform;
    private final AwsRequestOverrideConfiguration timed = TableReads.timed(CALL_TIMEOUT);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long started;
    private long answered;
    private int unanswered;
    private boolean usable;

    TablePreparation(DynamoDbAsyncClient client, DynamoDbTable table, Platform platform) {
        this.client = client;
        this.table = table;
        this.platform = platform;
    }

    CompletableFuture<Void> start() {
        started = platform.nanoTime().getAsLong();
        answered = started;
        look();
        return done;
    }

    private void look() {
        call(
                () -> client.describeTable(
                        request -> request.tableName(table.tableName()).overrideConfiguration(timed)),
                answer -> described(answer.table()),
                failure -> {
                    if (ServiceErrors.code(failure).equals(TableErrors.NO_TABLE)) {
                        create();
                    } else {
                        failed("DescribeTable", failure);
                    }
                });
    }

    private void described(TableDescription found) {
        switch (found.tableStatus()) {
            case ACTIVE, UPDATING -> {
                String shape = shape(found);
                if (shape.equals(SHAPE)) {
                    usable = true;
                    replicas(found).ifPresent(log::warn);
                    protect();
                } else {
                    done.completeExceptionally(new ConsumerException(
                            "table '" + table.tableName() + "' is not a lease table: its key must be " + SHAPE + ", is "
                                    + shape + "; name another table, or delete this one",
                            null));
                }
            }
            case CREATING, DELETING -> again("it is " + found.tableStatusAsString());
            default ->
                done.completeExceptionally(new ConsumerException(
                        "lease table '" + table.tableName() + "' is " + found.tableStatusAsString()
                                + " and cannot be used; see it in the DynamoDB console",
                        null));
        }
    }

    private static String shape(TableDescription found) {
        List<String> keys = new ArrayList<>();
        for (KeySchemaElement key : found.keySchema()) {
            String type = found.attributeDefinitions().stream()
                    .filter(attribute -> attribute.attributeName().equals(key.attributeName()))
                    .map(AttributeDefinition::attributeTypeAsString)
                    .findFirst()
                    .orElse("?");
            keys.add(key.attributeName() + " (" + type + ", " + key.keyTypeAsString() + ")");
        }
        return String.join(" and ", keys);
    }

    private void create() {
        List<Tag> tags = new ArrayList<>();
        table.tags()
                .forEach((key, value) ->
                        tags.add(Tag.builder().key(key).value(value).build()));
        CreateTableRequest.Builder request = CreateTableRequest.builder()
                .tableName(table.tableName())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(Attributes.KEY)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(Attributes.KEY)
                        .keyType(KeyType.HASH)
                        .build())
                .overrideConfiguration(timed);
        if (!tags.isEmpty()) {
            request.tags(tags);
        }
        if (table.deletionProtectionEnabled()) {
            request.deletionProtectionEnabled(true);
        }
        call(
                () -> client.createTable(request.build()),
                answer -> {
                    log.info("leaseTable={} is being created, on-demand", table.tableName());
                    described(answer.tableDescription());
                },
                failure -> failed("CreateTable", failure)); // ResourceInUse, when another worker was first, passes
    }

    /** A warning: conditional writes hold within one region; in another one the same lease may be taken at the same time. */
    static Optional<String> replicas(TableDescription found) {
        List<String> regions =
                found.replicas().stream().map(ReplicaDescription::regionName).toList();
        return regions.isEmpty()
                ? Optional.empty()
                : Optional.of("leaseTable=" + found.tableName() + " is replicated to regions=" + regions
                        + ": leases are safe within one region only, so all workers of an application must run against"
                        + " the table of one");
    }

    /** Whatever becomes of it, the table can be used. */
    private void protect() {
        if (!table.pointInTimeRecoveryEnabled()) {
            done.complete(null);
            return;
        }
        call(
                () -> client.describeContinuousBackups(
                        request -> request.tableName(table.tableName()).overrideConfiguration(timed)),
                answer -> {
                    if (isProtected(answer.continuousBackupsDescription())) {
                        done.complete(null);
                    } else {
                        switchRecoveryOn();
                    }
                },
                failure -> {
                    if (TableErrors.isPermanent(failure)) {
                        switchRecoveryOn(); // not every policy allows to look
                    } else {
                        again(TableErrors.brief("DescribeContinuousBackups", failure));
                    }
                });
    }

    private static boolean isProtected(@Nullable ContinuousBackupsDescription found) {
        return found != null
                && found.pointInTimeRecoveryDescription() != null
                && found.pointInTimeRecoveryDescription().pointInTimeRecoveryStatus()
                        == PointInTimeRecoveryStatus.ENABLED;
    }

    private void switchRecoveryOn() {
        call(
                () -> client.updateContinuousBackups(request -> request.tableName(table.tableName())
                        .pointInTimeRecoverySpecification(recovery -> recovery.pointInTimeRecoveryEnabled(true))
                        .overrideConfiguration(timed)),
                answer -> done.complete(null),
                failure -> failed("UpdateContinuousBackups", failure));
    }

    private void failed(String operation, Throwable failure) {
        if (TableErrors.isPermanent(failure)) {
            giveUp(TableErrors.explained(table.tableName(), operation, failure));
        } else {
            again(TableErrors.brief(operation, failure));
        }
    }

    private void giveUp(ConsumerException why) {
        if (usable) {
            log.warn("leaseTable={} is used without point-in-time recovery: {}", table.tableName(), why.getMessage());
            done.complete(null);
        } else {
            done.completeExceptionally(why);
        }
    }

    private void again(String why) {
        long now = platform.nanoTime().getAsLong();
        if (now - answered >= ANSWER_LIMIT.toNanos() && unanswered >= MIN_UNANSWERED) {
            giveUp(new ConsumerException(
                    "lease table '" + table.tableName() + "': DynamoDB " + ServicePlace.of(client)
                            + " did not answer for " + ANSWER_LIMIT.toSeconds()
                            + " s (" + why + "); check the region, the endpoint, the network and the credentials",
                    null));
        } else if (now - started >= ACTIVE_LIMIT.toNanos()) {
            giveUp(new ConsumerException(
                    "lease table '" + table.tableName() + "' could not be used after " + ACTIVE_LIMIT.toSeconds()
                            + " s (" + why + ")",
                    null));
        } else {
            log.debug("leaseTable={} is not ready: {}", table.tableName(), why);
            guarded(() -> platform.loop().schedule(this::look, LOOK_PERIOD.toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    /** Calls from an I/O thread, as the SDK may do slow things on the calling one. */
    private <A> void call(Supplier<CompletableFuture<A>> call, Consumer<A> answer, Consumer<Throwable> failure) {
        guarded(() -> platform.io()
                .execute(() -> started(call).whenComplete((result, thrown) -> {
                    Throwable cause = thrown == null ? null : ServiceErrors.cause(thrown);
                    if (cause == null || cause instanceof AwsServiceException) {
                        answered = platform.nanoTime().getAsLong();
                        unanswered = 0;
                    } else {
                        unanswered++;
                    }
                    if (cause == null) {
                        answer.accept(result);
                    } else {
                        failure.accept(cause);
                    }
                })));
    }

    private static <A> CompletableFuture<A> started(Supplier<CompletableFuture<A>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The platform may be shut down meanwhile. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new ConsumerException("closed before the lease table was ready", e));
        }
    }
}
