package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FullBudget;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.UserRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private final ProducerWorld world = ProducerWorld.healthy(CONFIG, SHARDS).warm();

    @Test
    void coldLanesLingerOnWhileAHotOneFillsTheBudget() {
        List<Integer> cold = new ArrayList<>();
        world.client.check = request -> note(request, cold);
        for (int tick = 0; tick < 40 * 30; tick++) {
            while (world.producer.freeBudget() > 100_000) {
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
