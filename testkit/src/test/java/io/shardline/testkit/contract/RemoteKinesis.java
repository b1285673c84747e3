package io.shardline.testkit.contract;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** A Kinesis at the end of a wire, on real time. Confined to one thread. */
final class RemoteKinesis implements Kinesis {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final Endpoint endpoint;
    private final List<String> streams = new ArrayList<>();

    /** What the tests of one class share. Confined to one thread. */
    static final class Endpoint implements AutoCloseable {

        private final KinesisAsyncClient client;
        private final String prefix;
        private final Duration patience;
        private final Duration pace;
        private @Nullable String anyStream;

        /**
         * A Kinesis to test.
         *
         * @param client is closed with this
         * @param prefix begins the names of all streams of this run, and of no others
         * @param patience how long a change of state, or an event, may take
         * @param pace see {@link Kinesis#pace}; zero if nothing is throttled
         */
        Endpoint(KinesisAsyncClient client, String prefix, Duration patience, Duration pace) {
            this.client = client;
            this.prefix = prefix;
            this.patience = patience;
            this.pace = pace;
        }

        @Override
        public void close() {
            if (anyStream != null) {
                client.deleteStream(r -> r.streamName(anyStream)).join();
            }
            client.close();
        }
    }

    /**
     * A Kinesis for one test.
     *
     * @param endpoint was made before all tests
     */
    RemoteKinesis(@Nullable Endpoint endpoint) {
        this.endpoint = Objects.requireNonNull(endpoint);
    }

    @Override
    public KinesisAsyncClient client() {
        return endpoint.client;
    }

    @Override
    public String newStreamName() {
        String name = endpoint.prefix + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        streams.add(name);
        return name;
    }

    @Override
    public String anyStream(Supplier<String> create) {
        String stream = endpoint.anyStream;
        if (stream == null) {
            stream = create.get();
            streams.remove(stream);
            endpoint.anyStream = stream;
        }
        return stream;
    }

    @Override
    public <T> T get(CompletableFuture<T> answer) {
        try {
            return answer.get(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + ANSWER_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void until(String what, BooleanSupplier condition) {
        await(what)
                .atMost(endpoint.patience)
                .pollDelay(Duration.ZERO)
                .pollInterval(hasTheServicesWords() ? endpoint.pace : POLL_INTERVAL)
                .until(condition::getAsBoolean);
    }

    @Override
    public void pass(Duration duration) {
        if (!duration.isZero()) {
            await().pollDelay(duration).atMost(duration.plusMinutes(1)).until(() -> true);
        }
    }

    @Override
    public void pace() {
        pass(endpoint.pace);
    }

    @Override
    public boolean hasClock() {
        return false;
    }

    /** Who does not throttle does not speak as the service either. */
    @Override
    public boolean hasTheServicesWords() {
        return !endpoint.pace.isZero();
    }

    /** Asks for the deletion of this test's streams; those that were never created are none. */
    @Override
    public void close() {
        for (String stream : streams) {
            CompletableFuture<?> deletion = client().deleteStream(
                            r -> r.streamName(stream).enforceConsumerDeletion(true))
                    .handle((answer, failure) -> null);
            get(deletion);
            pace();
        }
    }
}
