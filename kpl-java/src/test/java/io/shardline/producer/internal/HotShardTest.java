package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/** A shard that gets more than it takes fills the budget, and the others must not suffer. */
class HotShardTest {

    private static final int SHARDS = 8;
    private static final ProducerConfig CONFIG = ProducerConfig.builder()
            .linger(Duration.ofSeconds(1))
            .fullBudget(FullBudget.COMPLETE_LATER)
            .noRecordTtl()
            .build();
    private static final ProducerConfig REFUSING =
            ProducerConfig.builder().fullBudget(FullBudget.FAIL).noRecordTtl().build();

    private final ProducerWorld world = ProducerWorld.healthy(CONFIG, SHARDS).warm();

    @Test
    void coldLanesLingerOnWhileAHotOneFillsTheBudget() {
        List<Integer> cold = new ArrayList<>();
        world.client.check = request -> note(request, cold);
        for (int tick = 0; tick < 40 * 30; tick++) {
            while (world.producer.freeBudget() > CONFIG.memoryBudget() / 8) {
                put(0, 10_000);
            }
            put(0, 10_000);
            for (int shard = 1; shard < SHARDS; shard++) {
                put(shard, 100);
            }
            world.advance(Duration.ofMillis(25));
        }
        List<Integer> settled = cold.subList(cold.size() / 2, cold.size());

        assertThat(settled.stream().mapToInt(Integer::intValue).average().orElse(0))
                .isGreaterThan(35);
    }

    private void put(int shard, int size) {
        UserRecord record = UserRecord.of("key-" + shard, new byte[size]);
        world.producer.put(STREAM, record.withExplicitHashKey(hashKeyIn(shard)));
    }

    @Test
    void putsToColdShardsGoOnWhileAThrottledOneFillsTheBudget() {
        ProducerWorld refusing = refusing();
        refusing.kinesis.faults().on("PutRecords").shard("shardId-000000000000").inject(new Fault.Throttle());
        fill(refusing, STREAM, 0);
        for (int tick = 0; tick < 200; tick++) {
            List<CompletableFuture<PutReceipt>> cold = new ArrayList<>();
            for (int shard = 1; shard < SHARDS; shard++) {
                cold.add(put(refusing, STREAM, shard, 10_000));
            }
            fill(refusing, STREAM, 0);
            cold.forEach(put -> assertThat(refusing.get(put).attempts()).isEqualTo(1));
        }
    }

    @Test
    void putsToAnotherStreamGoOnWhileOneWithoutAnswersFillsTheBudget() {
        ProducerWorld refusing = refusing();
        refusing.kinesis.createStream("others", 2);
        refusing.kinesis.faults().on("PutRecords").stream(STREAM)
                .inject(new Fault.ServiceFailure("ServiceUnavailable", 503));
        for (int tick = 0; tick < 200; tick++) {
            for (int shard = 0; shard < SHARDS; shard++) {
                fill(refusing, STREAM, shard);
            }
            CompletableFuture<PutReceipt> other = put(refusing, "others", 0, 10_000);
            assertThat(refusing.get(other).attempts()).isEqualTo(1);
        }
    }

    @Test
    void othersPutAndFlushWhileRecordsWaitForTheirShare() {
        world.kinesis.createStream("others", 1);
        world.kinesis.faults().on("PutRecords").stream(STREAM)
                .inject(new Fault.ServiceFailure("ServiceUnavailable", 503));
        for (int i = 0; i < 2 * CONFIG.memoryBudget() / 20_000; i++) {
            put(0, 10_000);
        }
        CompletableFuture<PutReceipt> other = put(world, "others", 0, 10_000);
        world.get(world.producer.flush("others"));

        assertThat(other).isCompleted();
        assertThat(world.producer.flush()).isNotDone();
    }

    @Test
    void singleShardMayTakeNearlyAllOfTheBudget() {
        ProducerWorld refusing = refusing();
        fill(refusing, STREAM, 0);
        assertThat(refusing.producer.freeBudget()).isLessThan(CONFIG.memoryBudget() / 9);
    }

    private static ProducerWorld refusing() {
        return ProducerWorld.healthy(REFUSING, SHARDS).warm();
    }

    /** Puts until one is refused. */
    private void fill(ProducerWorld world, String stream, int shard) {
        boolean isFull = false;
        while (!isFull) {
            isFull = put(world, stream, shard, 10_000).isDone();
        }
    }

    private CompletableFuture<PutReceipt> put(ProducerWorld to, String stream, int shard, int size) {
        UserRecord record = UserRecord.of("key-" + shard, new byte[size]);
        return to.producer.put(stream, record.withExplicitHashKey(hashKeyIn(shard)));
    }

    private String hashKeyIn(int shard) {
        return world.kinesis.shards(STREAM).get(shard).hashKeyRange().startingHashKey();
    }

    private static void note(PutRecordsRequest request, List<Integer> cold) {
        request.records().forEach(entry -> {
            int count = ProducerWorld.userRecords(
                            PutRecordsRequest.builder().records(entry).build())
                    .size();
            if (entry.data().asByteArrayUnsafe().length < 10_000) {
                cold.add(count);
            }
        });
    }
}
