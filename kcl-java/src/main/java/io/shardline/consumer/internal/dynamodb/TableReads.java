package io.shardline.consumer.internal.dynamodb;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Reads rows by their keys, or all of them.
 *
 * <p>Thread-safe.
 */
final class TableReads {

    /** Keys that the service takes in one BatchGetItem. */
    private static final int MOST_KEYS = 100;

    /** BatchGetItem calls for one set of keys; a table so short of capacity is better left alone for a while. */
    static final int MOST_ROUNDS = 3;

    /** Attempts to read one page of a scan; the pages before it are kept. */
    static final int MAX_ATTEMPTS = 5;

    /** Pages of a scan, 1 MB each; far more than any stream has shards. */
    static final int MOST_PAGES = 1_000;

    /** A page is a thousand times larger than a row. */
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(10);

    private final DynamoDbAsyncClient client;
    private final String table;
    private final TableCalls calls;
    private final AwsRequestOverrideConfiguration timed;
    private final ReadPauses pauses = new ReadPauses();

    TableReads(DynamoDbAsyncClient client, DynamoDbTable table, TableCalls calls) {
        this.client = client;
        this.table = table.tableName();
        this.calls = calls;
        this.timed = timed(table.callTimeout());
    }

    /** From now on reads pause before they call again. */
    void pauseBy(Platform platform) {
        pauses.by(platform);
    }

    /** Gives a call this long. */
    static AwsRequestOverrideConfiguration timed(Duration timeout) {
        return AwsRequestOverrideConfiguration.builder().apiCallTimeout(timeout).build();
    }

    /** One row, read consistently. */
    CompletableFuture<Optional<Item>> get(String key) {
        return calls.read(
                "GetItem",
                () -> client.getItem(request -> request.tableName(table)
                        .key(keyed(key))
                        .consistentRead(true)
                        .overrideConfiguration(timed)),
                answer -> answer.hasItem() ? Optional.of(new Item(answer.item())) : Optional.empty());
    }

    /** The rows that are there, by key and in the order of the keys. */
    CompletableFuture<Map<String, Item>> getAll(Collection<String> keys, boolean consistent) {
        List<String> wanted = ImmutableSet.copyOf(keys).asList();
        Map<String, Item> found = new LinkedHashMap<>();
        wanted.forEach(key -> found.put(key, new Item(Map.of())));
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (List<String> some : Iterables.partition(wanted, MOST_KEYS)) {
            List<Map<String, AttributeValue>> asked =
                    some.stream().map(TableReads::keyed).toList();
            all = all.thenCompose(unused -> round(
                    KeysAndAttributes.builder()
                            .keys(asked)
                            .consistentRead(consistent)
                            .build(),
                    found,
                    1));
        }
        return all.thenApply(unused -> {
            found.values().removeIf(item -> item.attributes().isEmpty());
            return found;
        });
    }

    /** The service leaves out what it had no capacity for, and says so. What it leaves out is not absent. */
    private CompletableFuture<Void> round(KeysAndAttributes keys, Map<String, Item> found, int number) {
        return calls.read(
                        "BatchGetItem",
                        () -> client.batchGetItem(request ->
                                request.requestItems(Map.of(table, keys)).overrideConfiguration(timed)),
                        answer -> answer)
                .thenCompose(answer -> {
                    for (Map<String, AttributeValue> attributes :
                            answer.responses().getOrDefault(table, List.of())) {
                        Item item = new Item(attributes);
                        found.put(item.key(), item);
                    }
                    KeysAndAttributes left = unprocessed(answer);
                    if (left == null) {
                        return CompletableFuture.completedFuture(null);
                    }
                    if (number == MOST_ROUNDS) {
                        return CompletableFuture.failedFuture(new IllegalStateException("lease table '" + table + "': "
                                + left.keys().size() + " rows could not be read for want of capacity, in " + MOST_ROUNDS
                                + " calls"));
                    }
                    return pauses.after(number).thenCompose(unused -> round(left, found, number + 1));
                });
    }

    private @Nullable KeysAndAttributes unprocessed(BatchGetItemResponse answer) {
        KeysAndAttributes left = answer.unprocessedKeys().get(table);
        return left == null || left.keys().isEmpty() ? null : left;
    }

    /** Every row, each read consistently. */
    CompletableFuture<List<Item>> scan() {
        return page(Map.of(), new ArrayList<>(), 1);
    }

    private CompletableFuture<List<Item>> page(Map<String, AttributeValue> after, List<Item> found, int number) {
        if (number > MOST_PAGES) {
            return CompletableFuture.failedFuture(new IllegalStateException("lease table '" + table + "' has more than "
                    + MOST_PAGES + " pages, so it is not only a lease table"));
        }
        return page(after, 1).thenCompose(answer -> {
            answer.items().forEach(attributes -> found.add(new Item(attributes)));
            return answer.lastEvaluatedKey().isEmpty()
                    ? CompletableFuture.completedFuture(found)
                    : page(answer.lastEvaluatedKey(), found, number + 1);
        });
    }

    private CompletableFuture<ScanResponse> page(Map<String, AttributeValue> after, int attempt) {
        CompletableFuture<ScanResponse> page = calls.read(
                "Scan",
                () -> client.scan(request -> request.tableName(table)
                        .consistentRead(true)
                        .exclusiveStartKey(after.isEmpty() ? null : after)
                        .overrideConfiguration(timed(PAGE_TIMEOUT))),
                answer -> answer);
        if (attempt == MAX_ATTEMPTS || !pauses.arePossible()) {
            return page;
        }
        return page.handle((answer, thrown) ->
                        thrown == null || ServiceErrors.cause(thrown) instanceof ConsumerException
                                ? page
                                : pauses.after(attempt).thenCompose(unused -> page(after, attempt + 1)))
                .thenCompose(next -> next);
    }

    private static Map<String, AttributeValue> keyed(String key) {
        return Map.of(Attributes.KEY, Rows.string(key));
    }
}
