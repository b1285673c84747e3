package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.consumer.simulation.ForwardingLeaseStore;
import io.shardline.testkit.KinesisEmulator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;

/** Handlers that do not come back, on real threads: blocked for ever, or for longer than the lease lasts. */
@Timeout(300)
class BlockedHandlerTest {

    private static final Duration D = Duration.ofSeconds(3);

    /** Six heartbeats are nearly two lease durations. */
    private static final int BEATS = 6;

    private final KinesisEmulator kinesis = KinesisEmulator.create();
    private final InMemoryLeaseStore table = new InMemoryLeaseStore();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> handledByOther = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        released.countDown();
        kinesis.close();
    }

    @Test
    void aHandlerThatBlocksForEverKeepsItsLeaseAndStopsNobodyElse() throws Exception {
        kinesis.createStream("flights", 2);
        put(0, "blocks");
        Renewals renewals = new Renewals();
        CountDownLatch others = new CountDownLatch(1);
        AtomicBoolean hadNoTime = new AtomicBoolean();
        try (ShardlineConsumer consumer = consumer(
                "blocked",
                renewals,
                record -> {
                    if (text(record).equals("blocks")) {
                        blocked.countDown();
                        released.await();
                    } else {
                        others.countDown();
                    }
                },
                event -> {
                    if (event instanceof ConsumerEvent.SessionOver) {
                        hadNoTime.set(true); // the machine was so busy that its loop did not run for most of D
                    }
                })) {
            consumer.start().get();
            blocked.await();
            Lease before = row("shardId-000000000000");
            renewals.awaitMore();
            put(1, "goes on");
            others.await();

            assertThat(row("shardId-000000000000").owner())
                    .matches(owner -> hadNoTime.get() || Objects.equals(owner, before.owner()));
            assertThat(row("shardId-000000000000").checkpoint()).isEqualTo(before.checkpoint());
            assertThat(consumer.state()).matches(state -> hadNoTime.get() || state == ConsumerState.RUNNING);
            released.countDown();
        }
    }

    @Test
    void aHandlerThatOutlivesItsLeaseIsReplacedAndWhatItDidNotFinishIsDoneByAnother() throws Exception {
        kinesis.createStream("flights", 1);
        put(0, "first");
        put(0, "second");
        Renewals renewals = new Renewals();
        CountDownLatch lost = new CountDownLatch(1);
        List<String> handledByBlocked = new CopyOnWriteArrayList<>();
        CountDownLatch taken = new CountDownLatch(2);
        try (ShardlineConsumer unlucky = consumer(
                        "blocked",
                        renewals,
                        record -> {
                            handledByBlocked.add(text(record));
                            blocked.countDown();
                            released.await();
                        },
                        event -> {
                            if (event instanceof ConsumerEvent.LeaseLost) {
                                lost.countDown();
                            }
                        });
                ShardlineConsumer other = consumer("other", table, record -> {
                    handledByOther.add(text(record));
                    taken.countDown();
                })) {
            unlucky.start().get();
            blocked.await();
            renewals.cut = true;
            other.start().get();
            taken.await();
            lost.await();
            released.countDown();
            Lease mine = row("shardId-000000000000");
            put(0, "third");

            assertThat(handledByOther).startsWith("first", "second");
            assertThat(handledByBlocked).as("nothing after the lease was lost").containsExactly("first");
            assertThat(mine.owner()).startsWith("other");
        }
    }

    /** The table as a worker sees it that is watched, and cut off. */
    private final class Renewals extends ForwardingLeaseStore {

        private volatile CountDownLatch more = new CountDownLatch(BEATS);
        private volatile boolean cut;

        Renewals() {
            super(table);
        }

        void awaitMore() throws InterruptedException {
            more = new CountDownLatch(BEATS);
            more.await();
        }

        @Override
        public CompletableFuture<WriteResult<SessionRow>> renew(
                String session, long heartbeat, SessionRow.Renewal renewal) {
            more.countDown();
            return cut
                    ? CompletableFuture.completedFuture(new WriteResult.Unknown<>("cut off"))
                    : super.renew(session, heartbeat, renewal);
        }

        @Override
        public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
            return cut
                    ? CompletableFuture.completedFuture(new WriteResult.Unknown<>("cut off"))
                    : super.createSession(row);
        }
    }

    private interface Body {
        void handle(ConsumerRecord record) throws Exception;
    }

    private ShardlineConsumer consumer(String worker, LeaseStore leases, Body body) {
        return consumer(worker, leases, body, event -> {});
    }

    private ShardlineConsumer consumer(String worker, LeaseStore leases, Body body, ConsumerListener listener) {
        return ShardlineConsumer.builder()
                .config(ConsumerConfig.builder("app", "flights", StartingPosition.trimHorizon())
                        .workerId(worker)
                        .leaseDuration(D)
                        .handlerThreads(2)
                        .build())
                .leaseTable(leases)
                .client(kinesis.client())
                .listener(listener)
                .recordHandler((record, context) -> body.handle(record))
                .build();
    }

    private Lease row(String shard) {
        return table.readLeases(List.of(shard)).join().get(0);
    }

    private void put(int shard, String text) {
        String hashKey = kinesis.shards("flights").get(shard).hashKeyRange().startingHashKey();
        kinesis.client()
                .putRecord(r -> r.streamName("flights")
                        .partitionKey("k")
                        .explicitHashKey(hashKey)
                        .data(SdkBytes.fromUtf8String(text)))
                .join();
    }

    private static String text(ConsumerRecord record) {
        return new String(record.data(), StandardCharsets.UTF_8);
    }
}
