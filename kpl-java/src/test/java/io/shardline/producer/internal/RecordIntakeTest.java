package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.HashKey;
import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecordIntakeTest {

    private static final ProducerConfig CONFIG = ProducerConfig.builder()
            .maxRecordSize(10_000)
            .memoryBudget(30_000)
            .fullBudget(FullBudget.COMPLETE_LATER)
            .build();

    private final ProducerWorld world = ProducerWorld.healthy(CONFIG, 1);
    private final AtomicInteger batches = new AtomicInteger();
    private final EventLoop loop = new EventLoop(world.platform, new EventLoop.Hooks() {
        @Override
        public void afterBatch() {
            batches.incrementAndGet();
        }
    });
    private final MemoryBudget budget = new MemoryBudget(CONFIG.memoryBudget());
    private final StreamShare share = new StreamShare(budget);
    private final RecordIntake intake =
            new RecordIntake(BareContext.of(world, CONFIG, loop), budget, new UserCode(world.platform, false));

    @Test
    void loopHearsOfWhoWaitsAlsoIfSomebodyElseCameIntoTheQueueJustBefore() {
        budget.tryTake(CONFIG.memoryBudget(), share, HashKey.MIN);
        // Another thread has queued, and has not come to telling yet.
        budget.takeInTurn(new Waiting(share));
        put();
        world.advance(Duration.ofMillis(1));

        assertThat(batches).hasValue(1);
    }

    @Test
    void loopIsToldOnceUntilItLooksAndThenAgain() {
        budget.tryTake(CONFIG.memoryBudget(), share, HashKey.MIN);
        put();
        put();
        put();
        world.advance(Duration.ofMillis(1));
        assertThat(batches).hasValue(1);

        put();
        world.advance(Duration.ofMillis(1));
        assertThat(batches).hasValue(2);
    }

    private void put() {
        intake.put(STREAM, UserRecord.of("k", new byte[5_000]), new PutFuture(new UserCode(world.platform, false)));
    }

    /** Waits, and hears nothing. */
    private static final class Waiting extends MemoryBudget.Turn {

        Waiting(StreamShare share) {
            super(1, share, HashKey.MIN);
        }

        @Override
        void admitted(StreamShare.Lane lane) {}

        @Override
        void abandoned() {}
    }
}
