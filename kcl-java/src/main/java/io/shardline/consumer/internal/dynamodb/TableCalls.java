package io.shardline.consumer.internal.dynamodb;

import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.internal.lease.WriteResult.Refused;
import io.shardline.consumer.internal.lease.WriteResult.Unknown;
import io.shardline.consumer.internal.lease.WriteResult.Written;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Calls to one table, with their answers told apart.
 *
 * <p>A write is Refused when its condition did not hold, and Unknown when the answer does not rule out that it was done or
 * may still be done: time-outs, lost connections, failures of the service. Throttles did nothing for sure; they are
 * Unknown all the same, because what is to be done is the same: send the same conditional write again, a little later.
 * Errors that no repetition can mend, such as missing permissions, complete a write or a read exceptionally with a
 * {@link io.shardline.consumer.ConsumerException} that says what to do; other failures of a read with the SDK's own.
 * Thread-safe.
 */
final class TableCalls {

    private final String table;

    TableCalls(String table) {
        this.table = table;
    }

    /**
     * A conditional write.
     *
     * @param row the row that the answer shows
     * @param before the row that a failed condition shows, or null if it cannot be told
     */
    <A, T> CompletableFuture<WriteResult<T>> write(
            String operation,
            Supplier<CompletableFuture<A>> call,
            Function<A, T> row,
            Function<Item, @Nullable T> before) {
        return started(call).handle((answer, thrown) -> {
            if (thrown == null) {
                return new Written<>(row.apply(answer));
            }
            if (ServiceErrors.cause(thrown) instanceof ConditionalCheckFailedException refused) {
                Item found = found(refused);
                return new Refused<>(found == null ? null : before.apply(found));
            }
            if (TableErrors.isPermanent(thrown)) {
                throw TableErrors.explained(table, operation, thrown);
            }
            return new Unknown<>(TableErrors.brief(operation, thrown));
        });
    }

    /** A read, or a write that has no condition and may be repeated by whoever wants to. */
    <A, T> CompletableFuture<T> read(String operation, Supplier<CompletableFuture<A>> call, Function<A, T> answered) {
        CompletableFuture<T> result = new CompletableFuture<>();
        started(call).thenApply(answered).whenComplete((answer, thrown) -> {
            if (thrown == null) {
                result.complete(answer);
            } else {
                Throwable cause = ServiceErrors.cause(thrown);
                result.completeExceptionally(
                        TableErrors.isPermanent(cause) ? TableErrors.explained(table, operation, cause) : cause);
            }
        });
        return result;
    }

    /** The row that failed a condition, or null if there is none. */
    static @Nullable Item found(ConditionalCheckFailedException refused) {
        Map<String, AttributeValue> item = refused.item();
        return item == null || item.isEmpty() ? null : new Item(item);
    }

    /** The SDK may throw before it has a future, for example for want of credentials. */
    private static <A> CompletableFuture<A> started(Supplier<CompletableFuture<A>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
