package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.common.util.concurrent.Uninterruptibles;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;

/** Closing on real threads, where a handler can block. What waits for ever fails by the time limit of the class. */
@Timeout(300)
class CloseTest {

    private final KinesisEmulator kinesis = KinesisEmulator.create();
    private final CountDownLatch handling = new CountDownLatch(1);
    private final CountDownLatch blocked = new CountDownLatch(1);

    @BeforeEach
    void putOneRecord() {
        kinesis.createStream("flights", 1);
        kinesis.client()
                .putRecord(r -> r.streamName("flights").partitionKey("k").data(SdkBytes.fromUtf8String("x")))
                .join();
    }

    @AfterEach
    void unblock() {
        blocked.countDown();
        kinesis.close();
    }

    @Test
    void aCloseReturnsAfterItsLimitEvenIfAHandlerBlocks() throws Exception {
        ShardlineConsumer consumer = consumer((record, context) -> {
            handling.countDown();
            blocked.await();
        });
        consumer.start().get();
        handling.await();

        consumer.close(Duration.ofMillis(50)); // the class's time limit is the bound

        assertThat(consumer.state()).isEqualTo(ConsumerState.STOPPED);
        assertThatCode(consumer::close).doesNotThrowAnyException();
    }

    @Test
    void aHandlerOnTheOnlyThreadCanWaitForItsCheckpoint() throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        ShardlineConsumer consumer = builder()
                .shardHandler(context -> (batch, checkpointer) -> {
                    checkpointer.checkpoint(batch.records().get(0));
                    checkpointer.checkpoint();
                    outcome.complete("written");
                })
                .build();
        consumer.start().get();

        assertThat(outcome.get()).isEqualTo("written");
        consumer.close();
        assertThat(consumer.state()).isEqualTo(ConsumerState.STOPPED);
    }

    @Test
    void aHandlerThatWaitsForACheckpointAfterTheLossIsTold() throws Exception {
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        ShardlineConsumer consumer = builder()
                .shardHandler(context -> (batch, checkpointer) -> {
                    handling.countDown();
                    Uninterruptibles.awaitUninterruptibly(blocked); // a close interrupts it
                    try {
                        checkpointer.checkpoint();
                    } catch (RuntimeException e) {
                        outcome.complete(e);
                    }
                })
                .build();
        consumer.start().get();
        handling.await();
        consumer.close(Duration.ofMillis(50));

        blocked.countDown();

        assertThat(outcome.get()).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void anOrderlyCloseLetsTheHandlerFinish() throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        ShardlineConsumer consumer = consumer((record, context) -> {
            handling.countDown();
            blocked.await();
            outcome.complete("finished");
        });
        consumer.start().get();
        handling.await();
        CompletableFuture<CloseReport> closed = consumer.closeAsync();

        blocked.countDown();
        closed.get();

        assertThat(outcome).isCompletedWithValue("finished");
        assertThat(consumer.state()).isEqualTo(ConsumerState.STOPPED);
        consumer.close();
    }

    private ShardlineConsumer consumer(RecordHandler handler) {
        return builder().recordHandler(handler).build();
    }

    /** One thread for user code: what needs two would hang. */
    private ShardlineConsumer.Builder builder() {
        return ShardlineConsumer.builder()
                .config(ConsumerConfig.builder("app", "flights", StartingPosition.trimHorizon())
                        .handlerThreads(1)
                        .build())
                .leaseTable(LeaseTable.inMemory())
                .client(kinesis.client());
    }
}
