package io.shardline.producer.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** Passes calls on and remembers them, in the order in which they were sent. Confined to the simulation's thread. */
final class RecordingClient implements KinesisAsyncClient {

    private final KinesisAsyncClient delegate;
    final List<PutRecordsRequest> requests = new ArrayList<>();
    private final LongSupplier nanos;
    private final IdentityHashMap<PutRecordsRequest, Long> startedAt = new IdentityHashMap<>();
    int listings;
    int descriptions;

    /** Called with each request before it is sent. */
    Consumer<PutRecordsRequest> check = request -> {};

    /** What becomes of an answer on its way. */
    UnaryOperator<PutRecordsResponse> garble = answer -> answer;

    /** What the answer to a request waits for on its way. */
    Function<PutRecordsRequest, CompletableFuture<?>> held = request -> CompletableFuture.completedFuture(null);

    /** Called with each request and its answer, null if it failed. */
    BiConsumer<PutRecordsRequest, @Nullable PutRecordsResponse> answered = (request, answer) -> {};

    /** Called with what a request failed with, null if it was answered. */
    Consumer<@Nullable Throwable> ended = failure -> {};

    RecordingClient(KinesisAsyncClient delegate, LongSupplier nanos) {
        this.delegate = delegate;
        this.nanos = nanos;
    }

    @Override
    public CompletableFuture<PutRecordsResponse> putRecords(PutRecordsRequest request) {
        check.accept(request);
        requests.add(request);
        startedAt.put(request, nanos.getAsLong());
        return delegate.putRecords(request)
                .thenCombine(held.apply(request), (answer, released) -> answer)
                .thenApply(garble)
                .whenComplete((answer, failure) -> {
                    startedAt.remove(request);
                    answered.accept(request, answer);
                    ended.accept(failure);
                });
    }

    int unanswered() {
        return startedAt.size();
    }

    /** When a request was sent that has no answer yet, in nanoseconds. */
    long startedAt(PutRecordsRequest request) {
        return startedAt.getOrDefault(request, 0L);
    }

    /** Requests without an answer that were sent less than {@code timeout} ago; older ones are no longer waited for. */
    List<PutRecordsRequest> inFlight(Duration timeout) {
        long since = nanos.getAsLong() - timeout.toNanos();
        return startedAt.entrySet().stream()
                .filter(each -> each.getValue() > since)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        listings++;
        return delegate.listShards(request);
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
            DescribeStreamSummaryRequest request) {
        descriptions++;
        return delegate.describeStreamSummary(request);
    }

    @Override
    public String serviceName() {
        return delegate.serviceName();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
