package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Record;

/** What every source of a shard's records does, however it gets them. In simulated time. */
abstract class RecordSourceContract {

    private static final Duration A_WHILE = Duration.ofSeconds(10);

    private final ReadShard shard = new ReadShard(Duration.ofMillis(20));

    abstract RecordSource open(ReadShard of, Cursor from);

    private void read(Cursor from) {
        shard.keepAsking();
        open(shard, from).request();
        shard.advance(A_WHILE);
    }

    private List<String> numbers() {
        return shard.batches().stream()
                .flatMap(batch -> batch.records().stream())
                .map(Record::sequenceNumber)
                .toList();
    }

    private List<String> stored(int from, int to) {
        return IntStream.range(from, to).mapToObj(shard::sequenceNumber).toList();
    }

    @Test
    void itReadsFromTheOldestRecord() {
        shard.put(3);
        read(new Cursor.Start());
        shard.put(2);
        shard.advance(A_WHILE);
        assertThat(numbers()).isEqualTo(stored(0, 5));
    }

    @Test
    void itReadsFromATime() {
        shard.put(2);
        shard.advance(A_WHILE);
        Instant time = shard.now();
        shard.put(2);
        read(new Cursor.AtTime(time));
        assertThat(numbers()).isEqualTo(stored(2, 4));
    }

    @Test
    void theRecordAtAPositionComesAgainAsTheRestOfItMayNotBeHandled() {
        shard.put(3);
        read(new Cursor.At(new Position(shard.sequenceNumber(1), 4)));
        assertThat(numbers()).isEqualTo(stored(1, 3));
    }

    @Test
    void aRecordThatWasReadWholeDoesNotComeAgain() {
        shard.put(3);
        read(new Cursor.After(shard.sequenceNumber(1)));
        assertThat(numbers()).isEqualTo(stored(2, 3));
    }

    @Test
    void nothingIsReadBeforeTheFirstDemand() {
        shard.put(1);
        open(shard, new Cursor.Start());
        shard.advance(A_WHILE);
        assertThat(shard.calls("GetRecords")).isEmpty();
        assertThat(shard.calls("SubscribeToShard")).isEmpty();
    }

    @Test
    void aDemandBringsOneBatch() {
        shard.put(1);
        open(shard, new Cursor.Start()).request();
        shard.advance(A_WHILE);
        shard.put(1);
        shard.advance(A_WHILE);
        assertThat(numbers()).isEqualTo(stored(0, 1));

        shard.source().request();
        shard.advance(A_WHILE);
        assertThat(numbers()).isEqualTo(stored(0, 2));
    }

    @Test
    void theEndIsToldAfterTheLastRecordAndGivesAllMemoryBack() {
        shard.put(2);
        shard.split();
        read(new Cursor.Start());
        assertThat(numbers()).isEqualTo(stored(0, 2));
        assertThat(shard.children()).hasSize(2);
        assertThat(shard.source().isStopped()).isTrue();
        assertThat(shard.budget().free()).isEqualTo(ReadShard.BUDGET);
    }

    @Test
    void nothingComesAfterAStop() {
        open(shard, new Cursor.Start()).request();
        shard.advance(A_WHILE);
        shard.source().stop();
        shard.put(1);
        shard.advance(A_WHILE);
        assertThat(numbers()).isEmpty();
        assertThat(shard.budget().free()).isEqualTo(ReadShard.BUDGET);
    }

    @Test
    void aBatchIsTheLastIfItsReceiverStops() {
        shard.put(1);
        shard.stopAtOnce();
        shard.split();
        open(shard, new Cursor.Start()).request();
        shard.advance(A_WHILE);
        assertThat(numbers()).isEqualTo(stored(0, 1));
        assertThat(shard.children()).isEmpty();
    }

    @Test
    void itGoesOnElsewhereAtOnceAndLater() {
        shard.put(3);
        read(new Cursor.Start());
        for (int i = 0; i < 3; i++) {
            shard.source().restartFrom(new Cursor.After(shard.sequenceNumber(0)));
            RecordSource again = shard.source().restartFrom(new Cursor.After(shard.sequenceNumber(0)));
            shard.goOnWith(again);
            again.request();
            shard.advance(Duration.ofMillis(400 + 5_000L * i));
        }
        shard.advance(A_WHILE);
        assertThat(numbers().subList(3, 5)).isEqualTo(stored(1, 3));
        assertThat(numbers().subList(numbers().size() - 2, numbers().size())).isEqualTo(stored(1, 3));
        assertThat(shard.failures()).isEmpty();
    }
}
