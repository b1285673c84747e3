package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.producer.CloseReport;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerException;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.Fault;
import io.shardline.testkit.KinesisEmulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** When a producer says that it is ready for a stream, and what it says when it is not. */
class ReadyTest {

    @Test
    void itIsReadyOnceTheShardsAreKnownAndThenAtOnce() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 4);
        world.get(world.producer.ready(STREAM));
        assertThat(world.client.listings).isEqualTo(1);

        CompletableFuture<Void> again = world.producer.ready(STREAM);
        world.advance(Duration.ofMillis(1));
        assertThat(again).isCompleted();
        assertThat(world.client.listings).isEqualTo(1);
        assertThat(world.client.requests).isEmpty();
    }

    @Test
    void itIsReadyAsSoonAsWhatStoodInTheWayHasPassed() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.kinesis
                .faults()
                .on("ListShards")
                .until(world.kinesis.now().plusSeconds(90))
                .inject(new Fault.ServiceFailure("InternalFailure", 500));
        CompletableFuture<Void> ready = world.producer.ready(STREAM);
        world.advance(Duration.ofSeconds(90));
        assertThat(ready).isNotDone();

        world.advance(Duration.ofSeconds(15));
        assertThat(ready).isCompleted();
    }

    @Test
    void aStreamThatDoesNotExistIsSaidAtOnce() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);

        assertThat(failure(world, "nowhere"))
                .hasMessageStartingWith("records cannot be put into stream 'nowhere': ResourceNotFoundException: ")
                .hasMessageContaining("its shards cannot be listed");
    }

    @Test
    void aMissingPermissionIsNamed() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("AccessDeniedException", 400));

        assertThat(failure(world, STREAM))
                .hasMessageStartingWith("records cannot be put into stream 'flights': AccessDeniedException: ")
                .hasMessageEndingWith("its shards cannot be listed (kinesis:ListShards)");
    }

    @Test
    void aProducerThatIsClosedIsReadyForNothing() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("InternalFailure", 500));
        CompletableFuture<Void> ready = world.producer.ready(STREAM);
        world.advance(Duration.ofSeconds(1));
        world.get(world.producer.close(Duration.ofSeconds(5)));

        assertThatThrownBy(() -> world.get(ready))
                .hasCauseInstanceOf(ProducerException.class)
                .hasMessageEndingWith("records cannot be put into stream 'flights': the producer is closed");
        assertThatThrownBy(() -> world.get(world.producer.ready(STREAM)))
                .hasMessageEndingWith("records cannot be put into stream 'flights': the producer is closed");
    }

    @Test
    void askingInTheMomentOfTheEndSaysThatTheProducerIsClosed() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        CompletableFuture<CloseReport> closing = world.producer.close(Duration.ofSeconds(5));
        CompletableFuture<Void> ready = world.producer.ready(STREAM);
        world.advance(Duration.ofSeconds(1));

        assertThat(closing).isCompleted();
        assertThatThrownBy(() -> world.get(ready)).hasMessageEndingWith("the producer is closed");
    }

    @Test
    void noMoreThanSoManyWaitAndWhoGivesUpDoesNotCount() {
        ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
        world.kinesis.faults().on("ListShards").inject(new Fault.ServiceFailure("InternalFailure", 500));
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < Readiness.MAX_WAITING; i++) {
            waiting.add(world.producer.ready(STREAM));
        }
        assertThat(failure(world, STREAM)).hasMessageContaining("10000 calls of ready() wait already");
        waiting.get(0).cancel(false);
        world.advance(Duration.ofMillis(1));
        CompletableFuture<Void> next = world.producer.ready(STREAM);
        world.advance(Duration.ofSeconds(1));
        assertThat(next).isNotDone();
    }

    @Test
    void itCanBeWaitedForWithoutALimit() {
        try (KinesisEmulator kinesis = KinesisEmulator.create();
                ShardlineProducer producer =
                        ShardlineProducer.builder().client(kinesis.client()).build()) {
            kinesis.createStream(STREAM, 1);
            producer.awaitReady(STREAM, Duration.ofSeconds(Long.MAX_VALUE));
        }
    }

    private static ProducerException failure(ProducerWorld world, String stream) {
        CompletableFuture<Void> ready = world.producer.ready(stream);
        world.advance(Duration.ofSeconds(1));
        assertThat(ready).isCompletedExceptionally();
        try {
            world.get(ready);
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProducerException failed) {
                return failed;
            }
            throw e;
        }
        throw new AssertionError("it became ready");
    }
}
