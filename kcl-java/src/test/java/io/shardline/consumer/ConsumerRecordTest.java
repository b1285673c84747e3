package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsumerRecordTest {

    @Test
    void itsTextHasNothingThatTheUserPut() {
        ConsumerRecord record = ConsumerRecord.entry(
                        new ConsumerRecord.Source("flights", "shardId-000000000000", "4959", Instant.EPOCH),
                        3,
                        "mary@example.com",
                        new byte[] {1, 2})
                .withHeaders(Map.of("customer", "mary"));

        assertThat(record).hasToString("ConsumerRecord[flights/shardId-000000000000 4959/3 bytes=2]");
    }
}
