package io.shardline.examples.flights;

import io.shardline.consumer.DynamoDbTable;
import io.shardline.examples.tools.Failures;
import io.shardline.examples.tools.Operator;
import io.shardline.examples.tools.Services;
import io.shardline.examples.tools.ToolException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * The stream and the lease table of one run, made for it, tagged with it, and deleted after it if the tag is still there.
 *
 * <p>So nothing is deleted that somebody else has made, also when the answer to a creation was lost. Thread-safe.
 */
final class RunResources implements AutoCloseable {

    /** The tag whose value is the run's id. */
    static final String TAG = "shardline-run";

    /** DynamoDB Local's answer to who asks for tags. */
    private static final String NO_TAGS = "UnknownOperationException";

    private final Services services;
    private final @Nullable URI dynamoDbEndpoint;
    private final Operator operator;
    private final DynamoDbAsyncClient dynamoDb;
    private final Run run;
    private final AtomicBoolean created = new AtomicBoolean();
    private final AtomicBoolean cleared = new AtomicBoolean();

    /**
     * Which run it is.
     *
     * @param id unlike that of any other run
     * @param name the stream's, the application's and the table's
     * @param kept whether what was made stays
     */
    record Run(String id, String name, boolean kept) {}

    RunResources(Services services, @Nullable URI dynamoDbEndpoint, Run run) {
        this.services = services;
        this.dynamoDbEndpoint = dynamoDbEndpoint;
        this.run = run;
        this.operator = services.operator();
        this.dynamoDb = services.dynamoDb(dynamoDbEndpoint);
    }

    Operator operator() {
        return operator;
    }

    /** The settings with which the workers make the table. */
    DynamoDbTable table() {
        return DynamoDbTable.builder(run.name()).tag(TAG, run.id()).build();
    }

    /**
     * Makes the stream; the workers make the table.
     *
     * @throws ToolException if there is a stream or a table of this name
     */
    void create(int shards) {
        if (operator.exists(run.name())) {
            throw taken("stream", services.where());
        }
        if (describeTable() != null) {
            throw taken("table", services.whereDynamoDb(dynamoDbEndpoint));
        }
        created.set(true);
        operator.create(run.name(), shards, Map.of(TAG, run.id()));
    }

    /** What becomes of them. */
    String fate() {
        return run.kept()
                ? "with stream and lease table " + run.name() + ", which are kept and cost money until you delete them"
                : "with stream and lease table " + run.name() + ", which are deleted now";
    }

    /** Deletes what this run has made, unless it is to be kept. Once only. */
    void clear() {
        if (!created.get() || run.kept() || !cleared.compareAndSet(false, true)) {
            return;
        }
        if (run.id().equals(operator.tags(run.name()).get(TAG))) {
            operator.delete(run.name());
        }
        TableDescription table = describeTable();
        if (table != null && isOurs(table)) {
            call(client -> client.deleteTable(request -> request.tableName(run.name())));
        }
    }

    @Override
    public void close() {
        try {
            clear();
        } finally {
            dynamoDb.close();
            operator.close();
        }
    }

    private boolean isOurs(TableDescription table) {
        try {
            return call(client -> client.listTagsOfResource(request -> request.resourceArn(table.tableArn())))
                    .tags()
                    .stream()
                    .anyMatch(tag -> tag.key().equals(TAG) && tag.value().equals(run.id()));
        } catch (ToolException e) {
            if (codeOf(e).equals(NO_TAGS)) {
                return true; // there was none of this name when the run began
            }
            throw e;
        }
    }

    private static String codeOf(ToolException failure) {
        return failure.getCause() instanceof CompletionException wrapper
                        && wrapper.getCause() instanceof AwsServiceException refused
                        && refused.awsErrorDetails() != null
                ? refused.awsErrorDetails().errorCode()
                : "";
    }

    private @Nullable TableDescription describeTable() {
        try {
            return call(client -> client.describeTable(request -> request.tableName(run.name())))
                    .table();
        } catch (ToolException e) {
            if (e.getCause() instanceof CompletionException wrapper
                    && wrapper.getCause() instanceof ResourceNotFoundException) {
                return null;
            }
            throw e;
        }
    }

    private <T> T call(Function<DynamoDbAsyncClient, CompletableFuture<T>> call) {
        try {
            return call.apply(dynamoDb).join();
        } catch (CompletionException e) {
            String where = "DynamoDB at " + services.whereDynamoDb(dynamoDbEndpoint);
            throw new ToolException(Failures.explain(where, Failures.cause(e)) + " [table " + run.name() + "]", e);
        }
    }

    private ToolException taken(String kind, String where) {
        return new ToolException(
                "there is a " + kind + " '" + run.name() + "' at " + where
                        + " already, and this run would use and delete it; give another --name",
                null);
    }
}
