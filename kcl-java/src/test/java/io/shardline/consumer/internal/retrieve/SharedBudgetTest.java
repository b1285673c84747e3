package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/** Many large shards read with one budget: after every event, what is held is counted here, and not by the budget. */
class SharedBudgetTest {

    private static final int MIB = 1 << 20;
    private static final long BUDGET = 128L * MIB;

    private static final byte[] AGGREGATE_OF_A_MIB = aggregate(MIB - 100);
    private static final byte[] AGGREGATE_OF_TEN_MIB = aggregate(10 * MIB - 100);

    private final SimulatedTime time = new SimulatedTime(1);
    private final List<ReadingShard> shards = new ArrayList<>();
    private long held;
    private long mostHeld;

    @Test
    void twoHundredShardsOfTenMebibytesHoldNoMoreThanTheBudgetAndOneRead() {
        open(200, new byte[MIB - 100], 10, Duration.ofMillis(100));

        time.runUntil(() -> areRead(10), Duration.ofMinutes(2));

        assertThat(mostHeld).isBetween(BUDGET / 2, BUDGET + PrefetchBudget.MAX_READ);
    }

    @Test
    void decodedCopiesCount() {
        open(200, AGGREGATE_OF_A_MIB, 10, Duration.ofMillis(100));

        time.runUntil(() -> areRead(10), Duration.ofMinutes(2));

        assertThat(mostHeld).isBetween(BUDGET / 2, BUDGET + PrefetchBudget.MAX_READ);
    }

    @Test
    void recordsOfTenMebibytesAreReadToo() {
        open(50, AGGREGATE_OF_TEN_MIB, 4, Duration.ofMillis(100));

        time.runUntil(() -> areRead(4), Duration.ofMinutes(5));

        assertThat(mostHeld).isBetween(BUDGET / 2, BUDGET + PrefetchBudget.MAX_READ);
    }

    @Test
    void shardsThatNeverGetDoneLeaveRoomForTheOthers() {
        open(12, AGGREGATE_OF_A_MIB, 100, Duration.ofDays(1));
        time.advance(Duration.ofSeconds(30));
        open(20, AGGREGATE_OF_A_MIB, 10, Duration.ofMillis(100));
        List<ReadingShard> healthy = shards.subList(12, 32);

        time.runUntil(() -> healthy.stream().allMatch(shard -> shard.handled >= 10), Duration.ofMinutes(2));

        assertThat(mostHeld).isLessThanOrEqualTo(BUDGET + PrefetchBudget.MAX_READ);
    }

    private boolean areRead(int records) {
        return shards.stream().allMatch(shard -> shard.handled == records);
    }

    private PollingSource.@Nullable Setting setting;

    private void open(int count, byte[] data, int records, Duration handling) {
        if (setting == null) {
            setting = setting(new LargeShards(time, data, records));
        }
        for (int i = 0; i < count; i++) {
            shards.add(new ReadingShard(Objects.requireNonNull(setting), handling));
        }
    }

    private PollingSource.Setting setting(LargeShards kinesis) {
        SimulatedProcess process = time.process("worker");
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        EventLoop loop = new EventLoop(platform, new EventLoop.Hooks() {});
        return new PollingSource.Setting(
                loop, platform, kinesis, new PrefetchBudget(loop, BUDGET), new PollPacer(2, 1));
    }

    private static byte[] aggregate(int length) {
        byte[] data = new byte[length];
        data[0] = (byte) 0xF3;
        data[1] = (byte) 0x89;
        data[2] = (byte) 0x9A;
        data[3] = (byte) 0xC2;
        return data;
    }

    /** A shard whose handler takes the same time for each batch, and that reads nothing ahead. */
    private final class ReadingShard implements RecordSource.Sink {

        private final PollingSource.Setting setting;
        private final Duration handling;
        private final PollingSource source;
        private int handled;

        private ReadingShard(PollingSource.Setting setting, Duration handling) {
            this.setting = setting;
            this.handling = handling;
            this.source = new PollingSource(setting, new ShardName("s", "shard"), new Cursor.Start(), this);
            source.request();
        }

        @Override
        public boolean isStarving() {
            return true;
        }

        @Override
        public boolean claimsEnd(boolean isEmpty, long sentNanos) {
            return false;
        }

        @Override
        public void fetched(FetchedBatch batch) {
            long bytes = batch.records().stream()
                    .mapToLong(record -> record.data().asByteArrayUnsafe().length
                            * (record.data().asByteArrayUnsafe()[0] == 0 ? 1L : 2L))
                    .sum();
            held += bytes;
            mostHeld = Math.max(mostHeld, held);
            setting.loop().schedule(handling.toNanos(), () -> {
                held -= bytes;
                handled += batch.records().size();
                setting.budget().release(batch.heldBytes());
                source.request();
            });
        }

        @Override
        public void ended(List<ChildShard> children) {}

        @Override
        public void failed(Throwable failure, int inARow) {}
    }
}
