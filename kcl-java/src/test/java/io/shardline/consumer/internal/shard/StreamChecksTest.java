package io.shardline.consumer.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.internal.lease.InMemoryLeaseStore;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StoreCalls;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who asks for a stream, as one worker sees it. */
class StreamChecksTest {

    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
    private static final StreamRow.Check CHECK = StreamRow.Check.first("123456789012", Duration.ofHours(24));

    /** A look at the rows, and the next. */
    private static final Duration TWO_LOOKS = Duration.ofSeconds(4);

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess process = time.process("worker");
    private final InMemoryLeaseStore table = new InMemoryLeaseStore();
    private final List<Throwable> thrown = new ArrayList<>();
    private final List<String> found = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final List<CompletableFuture<Void>> underWay = new ArrayList<>();
    private final EventLoop loop;
    private final StreamChecks checks;
    private @Nullable String session = "first";

    StreamChecksTest() {
        Platform platform = new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                process.pool("user", 1),
                process.nanoTime(),
                process.wallClock(),
                process.random());
        loop = new EventLoop(platform, new EventLoop.Hooks() {
            @Override
            public void taskFailed(Throwable failure) {
                thrown.add(failure);
            }
        });
        StoreCalls.Broken nobody = new StoreCalls.Broken() {
            @Override
            public void cannotRead(ConsumerException why) {}

            @Override
            public void cannotWrite(ConsumerException why) {}
        };
        checks = new StreamChecks(
                new SessionKeeper.Setting(loop, platform, new StoreCalls(loop, platform, nobody), table),
                () -> session);
    }

    /** One whose call goes on until the test completes it. */
    private class Waits implements StreamChecks.Asker {

        private final String name;

        private Waits(String name) {
            this.name = name;
        }

        @Override
        public void foundByAnother(StreamRow row, StreamRow.Check check) {
            found.add(name);
        }

        @Override
        public CompletableFuture<?> isYours() {
            asked.add(name);
            CompletableFuture<Void> answer = new CompletableFuture<>();
            underWay.add(answer);
            return answer;
        }
    }

    private void ask(StreamChecks.Asker asker, String name) {
        loop.post(() -> checks.ask(name, asker));
    }

    private void ask(String name) {
        ask(new Waits(name), name);
    }

    private void answer(int count) {
        IntStream.range(0, count)
                .forEach(i -> loop.post(() -> underWay.remove(0).complete(null)));
        time.advance(Duration.ofMillis(1));
    }

    private void register(String name) {
        table.registerStream(new StreamRow(
                        name, CREATED, StartingPosition.Kind.LATEST, null, false, RetrievalChoice.FIRST, CHECK))
                .join();
    }

    private void anotherChecks(String name) {
        assertThat(table.checked(name, CREATED, CHECK)).isCompleted();
    }

    /** A stream that waits, as one other is asked for and not answered. */
    private void waitBehindOne(String name) {
        ask("slow");
        time.advance(TWO_LOOKS);
        assertThat(asked).containsExactly("slow");
        ask(name);
        time.advance(TWO_LOOKS);
    }

    @Test
    void whatAnotherChecksWhileItWaitsIsNotAskedFor() {
        register("stream");
        waitBehindOne("stream");

        anotherChecks("stream");
        time.advance(TWO_LOOKS);
        answer(1);

        assertThat(found).containsExactly("stream");
        assertThat(asked).containsExactly("slow");
    }

    @Test
    void aStreamThatNobodyChecksIsAskedForWhateverHappensToOthers() {
        IntStream.range(0, 20).forEach(i -> register("stream-" + i));
        IntStream.range(0, 20).forEach(i -> ask("stream-" + i));
        ask("nobody's");
        time.advance(TWO_LOOKS);

        for (int i = 0; i < 20; i++) {
            anotherChecks("stream-" + i);
            answer(underWay.size());
            time.advance(TWO_LOOKS);
        }

        assertThat(asked).contains("nobody's");
    }

    @Test
    void whatWasCheckedBeforeTheFirstLookOfARoundDoesNotCount() {
        register("stream");
        waitBehindOne("stream");
        anotherChecks("stream");
        time.advance(TWO_LOOKS);
        anotherChecks("stream"); // and nobody waits for that
        time.advance(TWO_LOOKS);

        ask("stream");
        time.advance(TWO_LOOKS);
        answer(1);

        assertThat(found).containsExactly("stream");
        assertThat(asked).containsExactly("slow", "stream");
    }

    @Test
    void norDoesWhatWasCheckedWhileTheProcessStoodStill() {
        register("stream");
        waitBehindOne("stream");
        process.pause(Duration.ofSeconds(15));
        anotherChecks("stream");

        time.advance(Duration.ofSeconds(15).plus(TWO_LOOKS));

        assertThat(found).isEmpty();
        answer(1);
        assertThat(asked).containsExactly("slow", "stream");
    }

    @Test
    void norWhatWasCheckedWhileTheSessionWasAnotherOne() {
        register("stream");
        waitBehindOne("stream");
        session = "second";
        anotherChecks("stream");

        time.advance(TWO_LOOKS);

        assertThat(found).isEmpty();
        anotherChecks("stream");
        time.advance(TWO_LOOKS);
        assertThat(found).containsExactly("stream");
    }

    @Test
    void onlySomeAreAskedForAtATime() {
        IntStream.range(0, 20).forEach(i -> ask("stream-" + i));
        for (int i = 0; i < 10; i++) {
            time.advance(TWO_LOOKS);
            assertThat(underWay).hasSizeBetween(1, StreamChecks.MAX_CALLS);
            answer(underWay.size());
        }
        time.advance(TWO_LOOKS);

        assertThat(asked).hasSizeGreaterThan(10);
    }

    @Test
    void whoThrowsKeepsNobodyElseFromBeingAskedForOrFound() {
        register("a");
        register("b");
        waitBehindOne("b");
        ask(
                new Waits("a") {
                    @Override
                    public void foundByAnother(StreamRow row, StreamRow.Check check) {
                        throw new IllegalStateException("found");
                    }
                },
                "a");
        IntStream.range(0, StreamChecks.MAX_CALLS)
                .forEach(i -> ask(
                        new Waits("throws-" + i) {
                            @Override
                            public CompletableFuture<?> isYours() {
                                throw new IllegalStateException("yours");
                            }
                        },
                        "throws-" + i));
        time.advance(TWO_LOOKS);
        anotherChecks("a");
        anotherChecks("b");
        time.advance(TWO_LOOKS);

        assertThat(found).containsExactly("b");
        answer(1);
        ask("later");
        time.advance(TWO_LOOKS);

        assertThat(asked).containsExactly("slow", "later");
        assertThat(thrown).hasSize(1 + StreamChecks.MAX_CALLS);
    }
}
