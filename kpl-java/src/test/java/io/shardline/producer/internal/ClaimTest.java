package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.Attempt;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.OwnedResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A request is sent or given up, never both: the thread that sends it claims it, and the time-out counts from then. */
class ClaimTest {

    private static final ProducerConfig CONFIG = ProducerConfig.builder()
            .linger(Duration.ZERO)
            .requestTimeout(Duration.ofMillis(500))
            .build();

    private final ProducerWorld world = ProducerWorld.healthy(CONFIG, 1).warm();

    @Test
    void requestThatIsSentAfterALongPauseIsWaitedFor() {
        CompletableFuture<PutReceipt> put = world.put("key", "0");
        while (world.producer.statistics().inFlightRequests() == 0) {
            world.advance(Duration.ofNanos(100));
        }
        assertThat(world.client.requests).isEmpty();
        world.process.pause(Duration.ofSeconds(5));

        assertThat(world.get(put).attempts()).isEqualTo(1);
        assertThat(world.client.requests).hasSize(1);
    }

    @Test
    void requestThatNoThreadCameToIsNotSentLaterAndCountsAsNotWritten() {
        List<Runnable> held = new ArrayList<>();
        ProducerLoop producer = ProducerLoop.start(CONFIG, OwnedResources.of(world.client, withIo(held)));
        CompletableFuture<PutReceipt> put = producer.put(STREAM, UserRecord.of("key", "0"));
        while (!put.isDone() && held.size() < 3) {
            world.advance(Duration.ofMillis(10));
            if (world.client.listings < 2) {
                List.copyOf(held).forEach(Runnable::run); // the shards
                held.clear();
            }
        }
        held.forEach(Runnable::run);

        PutReceipt receipt = world.get(put);
        assertThat(world.client.requests).hasSize(1);
        assertThat(receipt.failedAttempts())
                .hasSize(2)
                .allMatch(attempt -> attempt.errorCode().equals("NotSent"))
                .noneMatch(Attempt::mayHaveBeenWritten);
    }

    private Platform withIo(List<Runnable> held) {
        Platform real = world.platform;
        return new Platform(
                world.process.executor("other-loop"),
                held::add,
                real.priorityIo(),
                real.userCode(),
                real.nanoTime(),
                real.wallClock(),
                real.random());
    }
}
