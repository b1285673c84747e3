package io.shardline.testkit;

import static io.shardline.testkit.SimulatedKinesis.bytes;
import static io.shardline.testkit.SimulatedKinesis.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;

/** The end of an emulator, and several in one JVM. Confined to one thread. */
@Timeout(60)
class CloseTest {
    private static final StartingPosition LATEST =
            StartingPosition.builder().type(ShardIteratorType.LATEST).build();

    private static List<Thread> emulatorThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("kinesis-emulator"))
                .toList();
    }

    private static String consumer(KinesisEmulator kinesis) {
        return kinesis.client()
                .registerStreamConsumer(
                        r -> r.streamARN(kinesis.streamArn("flights")).consumerName("c"))
                .join()
                .consumer()
                .consumerARN();
    }

    @Test
    void closingLeavesNoThread() {
        List<Thread> before = emulatorThreads();
        KinesisEmulator kinesis = KinesisEmulator.create();
        kinesis.createStream("flights", 1);
        kinesis.client().listStreams().join();
        List<Thread> own = new ArrayList<>(emulatorThreads());
        own.removeAll(before);
        assertThat(own).hasSize(1);

        kinesis.close();
        kinesis.close();

        assertThat(own.get(0).isAlive()).isFalse();
    }

    @Test
    void closingEndsSubscriptionsWithAnError() throws Exception {
        KinesisEmulator kinesis =
                KinesisEmulator.builder().consumerTransition(Duration.ZERO).build();
        kinesis.createStream("flights", 1);
        Heard heard = Heard.everything(kinesis.client(), consumer(kinesis), shard(0), LATEST);
        // Answered after the subscription has begun.
        kinesis.client().listStreams().join();
        kinesis.close();

        assertThatThrownBy(() -> heard.done.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(KinesisException.class);
        Heard late = Heard.everything(kinesis.client(), "arn", shard(0), LATEST);
        assertThatThrownBy(() -> late.done.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SdkClientException.class);
    }

    @Test
    void itCanBeClosedByWhatItCalls() {
        KinesisEmulator kinesis = KinesisEmulator.create();

        kinesis.client().listStreams().thenRun(kinesis::close).join();

        assertThatThrownBy(() -> kinesis.client().listStreams().join())
                .hasCauseInstanceOf(SdkClientException.class)
                .hasMessageContaining("The emulator is closed: ListStreams");
    }

    @Test
    void twoSideBySideDoNotKnowOfEachOther() {
        try (KinesisEmulator one = KinesisEmulator.create();
                KinesisEmulator two =
                        KinesisEmulator.builder().lift(Quota.READ_CALLS).build()) {
            one.createStream("flights", 1);
            two.createStream("flights", 3);
            KinesisAsyncClient client = one.client();
            client.putRecord(r -> r.streamName("flights").partitionKey("k").data(bytes("x")))
                    .join();
            two.faults().onAll().inject(new Fault.Throttle());

            assertThat(one.records("flights")).hasSize(1);
            assertThat(two.records("flights")).isEmpty();
            client.listStreams().join();
            one.close();
            assertThat(two.shards("flights")).hasSize(3);
        }
    }
}
