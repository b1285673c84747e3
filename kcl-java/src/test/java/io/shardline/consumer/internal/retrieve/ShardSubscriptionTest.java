package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** One call of SubscribeToShard that is given up before it is accepted. In simulated time. */
class ShardSubscriptionTest {

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess process = time.process("reader");
    private final Platform platform = new Platform(
            process.executor("loop"),
            process.pool("io", 2),
            process.pool("priority-io", 1),
            process.pool("user", 1),
            process.nanoTime(),
            process.wallClock(),
            process.random());
    private final EventLoop loop = new EventLoop(platform, new EventLoop.Hooks() {});
    private final Unanswered client = new Unanswered();
    private final List<ShardSubscription.End> ends = new ArrayList<>();
    private final List<ShardSubscription> subscriptions = new ArrayList<>();

    private void send() {
        PollingSource.Setting setting = new PollingSource.Setting(
                loop, platform, client, new PrefetchBudget(loop, ReadShard.BUDGET), new PollPacer(2, 1));
        loop.post(() -> subscriptions.add(new ShardSubscription(
                setting, ShardSubscription.request("arn", "shard", new Cursor.Start()), new Heard())));
        time.advance(Duration.ofSeconds(1));
    }

    @Test
    void aCallWithoutAnAnswerIsAborted() {
        send();
        assertThat(client.call).isNotDone();

        time.advance(Duration.ofSeconds(10));

        assertThat(client.call).isCancelled();
        assertThat(ends).containsExactly(ShardSubscription.End.FAILED);
    }

    @Test
    void aCallOfASourceThatStopsIsAborted() {
        send();

        loop.post(() -> subscriptions.get(0).cancel());
        time.advance(Duration.ofSeconds(1));

        assertThat(client.call).isCancelled();
        assertThat(ends).isEmpty();
    }

    @Test
    void whatIsAcceptedAfterTheEndOfTheLoopIsCancelled() {
        send();
        loop.post(loop::close);
        time.advance(Duration.ofSeconds(1));
        boolean[] cancelled = {false};

        client.accept(() -> cancelled[0] = true);
        time.advance(Duration.ofSeconds(1));

        assertThat(cancelled[0]).isTrue();
    }

    private final class Heard implements ShardSubscription.Listener {

        @Override
        public void accepted() {}

        @Override
        public void event(SubscribeToShardEvent event) {}

        @Override
        public void ended(ShardSubscription.End how, @Nullable Throwable failure) {
            ends.add(how);
        }
    }

    /** One whose call stays under way. */
    private static final class Unanswered implements KinesisAsyncClient {

        private final CompletableFuture<Void> call = new CompletableFuture<>();
        private final List<SubscribeToShardResponseHandler> handlers = new ArrayList<>();

        @Override
        public CompletableFuture<Void> subscribeToShard(
                SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
            handlers.add(handler);
            return call;
        }

        private void accept(Runnable onCancel) {
            handlers.get(0).onEventStream(new SdkPublisher<>() {
                @Override
                public void subscribe(Subscriber<? super SubscribeToShardEventStream> subscriber) {
                    subscriber.onSubscribe(new Subscription() {
                        @Override
                        public void request(long events) {}

                        @Override
                        public void cancel() {
                            onCancel.run();
                        }
                    });
                }
            });
        }

        @Override
        public String serviceName() {
            return "kinesis";
        }

        @Override
        public void close() {}
    }
}
