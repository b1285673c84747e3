package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.internal.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EpochsTest {

    private static final long FIRST = 1_000;
    private static final long SECOND = FIRST + Epochs.GRAIN_NANOS;
    private static final long THIRD = SECOND + Epochs.GRAIN_NANOS;

    private final ProducerWorld world = ProducerWorld.healthy(ProducerConfig.defaults(), 1);
    private final LoopContext context =
            BareContext.of(world, ProducerConfig.defaults(), new EventLoop(world.platform, new EventLoop.Hooks() {}));
    private final StreamLanes stream = new StreamLanes(
            ProducerWorld.STREAM,
            new StreamNames(ProducerWorld.STREAM, context, new StreamShare(new MemoryBudget(1))),
            context);
    private final UnfinishedRecords unfinished = new UnfinishedRecords();
    private final Epochs epochs = new Epochs(unfinished);
    private final List<String> done = new ArrayList<>();

    @Test
    void ageMovesOnWhenTheOldestIsDoneFirst() {
        PendingRecord oldest = enter(FIRST);
        PendingRecord younger = enter(SECOND);
        PendingRecord youngest = enter(THIRD);
        assertThat(epochs.oldestPutAt()).isEqualTo(FIRST);

        finish(oldest);
        assertThat(epochs.oldestPutAt()).isEqualTo(SECOND);
        finish(younger);
        assertThat(epochs.oldestPutAt()).isEqualTo(THIRD);
        finish(youngest);
        assertThat(epochs.oldestPutAt()).isEqualTo(Ticks.NEVER);
    }

    @Test
    void ageStaysWhileTheOldestIsNotDone() {
        PendingRecord oldest = enter(FIRST);
        PendingRecord younger = enter(SECOND);
        PendingRecord youngest = enter(THIRD);

        finish(younger);
        assertThat(epochs.oldestPutAt()).isEqualTo(FIRST);
        finish(oldest);
        assertThat(epochs.oldestPutAt()).isEqualTo(THIRD);
        finish(youngest);
        assertThat(epochs.oldestPutAt()).isEqualTo(Ticks.NEVER);
    }

    @Test
    void recordsOfAShortTimeShareAnAge() {
        PendingRecord oldest = enter(FIRST);
        PendingRecord neighbour = enter(SECOND - 1);

        finish(oldest);
        assertThat(epochs.oldestPutAt()).isEqualTo(FIRST);
        finish(neighbour);
        assertThat(epochs.oldestPutAt()).isEqualTo(Ticks.NEVER);
        enter(THIRD);
        assertThat(epochs.oldestPutAt()).isEqualTo(THIRD);
    }

    @Test
    void flushWaitsForWhatCameBeforeItAndForNothingElse() {
        PendingRecord before = enter(FIRST);
        flush("flush");
        PendingRecord after = enter(FIRST + 1);

        finish(after);
        assertThat(done).isEmpty();
        finish(before);
        assertThat(done).containsExactly("flush");
    }

    @Test
    void flushWaitsForTheOldestAlsoIfTheYoungerAreDoneFirst() {
        PendingRecord oldest = enter(FIRST);
        PendingRecord younger = enter(SECOND);
        flush("flush");
        PendingRecord after = enter(THIRD);

        finish(younger);
        assertThat(done).isEmpty();
        finish(oldest);
        assertThat(done).containsExactly("flush");
        assertThat(epochs.oldestPutAt()).isEqualTo(THIRD);
        finish(after);
    }

    @Test
    void flushesThatCameBetweenAreDoneInTheirOrder() {
        PendingRecord oldest = enter(FIRST);
        flush("first");
        PendingRecord younger = enter(FIRST + 1);
        flush("second");
        flush("third");

        finish(younger);
        assertThat(done).isEmpty();
        finish(oldest);
        assertThat(done).containsExactly("first", "second", "third");
    }

    @Test
    void oldestOfAllStreamsIsTheOldestOfAny() {
        Epochs others = new Epochs(unfinished);
        PendingRecord first = enter(others, FIRST);
        PendingRecord second = enter(SECOND);
        unfinished.whenDone(() -> done.add("all"));
        PendingRecord third = enter(others, THIRD);
        assertThat(unfinished.oldestPutAt()).isEqualTo(FIRST);

        finish(first);
        assertThat(unfinished.oldestPutAt()).isEqualTo(SECOND);
        assertThat(done).isEmpty();
        finish(second);
        assertThat(unfinished.oldestPutAt()).isEqualTo(THIRD);
        assertThat(done).containsExactly("all");
        finish(third);
        assertThat(unfinished.oldestPutAt()).isEqualTo(Ticks.NEVER);
    }

    @Test
    void flushOfNothingIsDoneAtOnce() {
        flush("idle");
        finish(enter(FIRST));
        flush("again");

        assertThat(done).containsExactly("idle", "again");
    }

    private PendingRecord enter(long putAt) {
        return enter(epochs, putAt);
    }

    private PendingRecord enter(Epochs into, long putAt) {
        PendingRecord pending = new PendingRecord(
                stream, UserRecord.of("k", new byte[1]), putAt, new PutFuture(new UserCode(world.platform, false)));
        into.enter(pending);
        return pending;
    }

    private void finish(PendingRecord pending) {
        Objects.requireNonNull(pending.epoch).finished(1);
    }

    private void flush(String name) {
        epochs.whenDone(() -> done.add(name));
    }
}
