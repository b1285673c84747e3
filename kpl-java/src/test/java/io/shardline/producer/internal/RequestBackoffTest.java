package io.shardline.producer.internal;

import static io.shardline.producer.internal.ProducerWorld.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

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

/** What fails for all of a stream, or for all of a producer, is tried again once and not once for each shard. */
class RequestBackoffTest {

    private static final int SHARDS = 1_000;
    private static final Duration TROUBLE = Duration.ofMinutes(1);

    /** Waits of 50 ms that double to 2 s, each at least a twentieth and on average half of that, and what is in flight before. */
    private static final int MOST_TRIES = 150;

    /** Of lanes that are refused one by one. */
    private static final int MOST_TRIES_A_SECOND = 30;

    private static final ProducerConfig PATIENT =
            ProducerConfig.builder().noRecordTtl().build();

    private Fault trouble = new Fault.None();
    private final ProducerWorld world = ProducerWorld.withFaults(
            PATIENT,
            SHARDS,
            (operation, request) -> request instanceof PutRecordsRequest put && STREAM.equals(put.streamName())
                    ? trouble
                    : new Fault.None());
    private final List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();

    @Test
    void expiredCredentialsAreTriedByOneRequestAtATime() {
        assertThat(triesDuring(new Fault.ServiceFailure("ExpiredTokenException", 400)))
                .isBetween(30, MOST_TRIES);
    }

    @Test
    void keyThatIsUnknownIsTriedByOneRequestAtATime() {
        world.warm();
        trouble = new Fault.ServiceFailure("UnrecognizedClientException", 400);
        putFor(TROUBLE);

        assertThat(world.client.requests).hasSizeBetween(30, MOST_TRIES);
    }

    @Test
    void streamThatIsThrottledAsAWholeIsTriedByOneRequestAtATime() {
        assertThat(triesDuring(new Fault.ServiceFailure("LimitExceededException", 400)))
                .isBetween(30, MOST_TRIES);
    }

    @Test
    void entriesThatAreAllRefusedAreTriedTogether() {
        assertThat(triesDuring(new Fault.PartialFailure(entry -> true, "InternalFailure")))
                .isBetween(30, MOST_TRIES_A_SECOND * (int) TROUBLE.toSeconds());
    }

    @Test
    void otherStreamsGoOnWhileOneIsThrottledAsAWhole() {
        world.kinesis.createStream("other", 4);
        world.warm();
        world.get(world.producer.put("other", UserRecord.of("k", new byte[1])));
        trouble = new Fault.ServiceFailure("LimitExceededException", 400);
        putFor(Duration.ofSeconds(5));
        CompletableFuture<PutReceipt> other = world.producer.put("other", UserRecord.of("k", new byte[1]));
        world.advance(PATIENT.linger().plusMillis(50));

        assertThat(other).isCompleted();
        assertThat(puts).noneMatch(CompletableFuture::isDone);
    }

    private int triesDuring(Fault fault) {
        world.warm();
        trouble = fault;
        putFor(TROUBLE);
        int tries = world.client.requests.size();
        trouble = new Fault.None();
        puts.forEach(world::get);
        return tries;
    }

    /** Puts 200 records a second, over all shards. */
    private void putFor(Duration time) {
        long end = world.time.nowNanos() + time.toNanos();
        while (world.time.nowNanos() < end) {
            puts.add(world.producer.put(STREAM, UserRecord.of("key-" + puts.size(), new byte[10])));
            world.advance(Duration.ofMillis(5));
        }
    }
}
