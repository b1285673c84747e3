package io.shardline.testkit.junit.snippets;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.Fault;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.junit.KinesisStream;
import io.shardline.testkit.junit.KinesisTest;
import java.nio.charset.StandardCharsets;

/** Things that go wrong when a test wants it. Confined to one thread. */
class FaultsOnDemandTest {

    @KinesisTest(streams = @KinesisStream(name = "flights", shards = 2))
    void aThrottledRecordIsPutAgain(KinesisEmulator kinesis, ShardlineProducer producer) {
        // tag::Faults
        kinesis.faults().on("PutRecords").stream("flights").times(1).inject(new Fault.Throttle());
        kinesis.faults()
                .onAll()
                .caller("worker-1")
                .until(kinesis.now().plusSeconds(30))
                .inject(new Fault.ConnectionFailure());
        // end::Faults

        int attempts = producer.put("flights", UserRecord.of("DTW", "to LAS".getBytes(StandardCharsets.UTF_8)))
                .join()
                .attempts();

        assertThat(kinesis).stream("flights").hasUserRecords(1);
        assertThat(attempts).isEqualTo(2);
    }
}
