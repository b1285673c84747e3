package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.runtime.Platform;
import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Shard;

class ControlCallsTest {

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess process = time.process("process");
    private final Platform platform = EventLoopTest.platform(process);
    private final EventLoop loop = new EventLoop(platform, new EventLoop.Hooks() {});
    private final ControlCalls calls = new ControlCalls(loop, platform);
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void aCallThatFailsForAWhileIsMadeAgain() {
        CompletableFuture<String> answer = result(() -> attempts.incrementAndGet() < 4
                ? CompletableFuture.failedFuture(ServiceErrorsTest.error("LimitExceededException", 400))
                : CompletableFuture.completedFuture("answer"));
        assertThat(answer).isCompletedWithValue("answer");
        assertThat(attempts).hasValue(4);
    }

    @Test
    void aCallThatAlwaysFailsIsGivenUp() {
        CompletableFuture<String> answer = result(() -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(ServiceErrorsTest.error("LimitExceededException", 400));
        });
        assertThat(answer).isCompletedExceptionally();
        assertThat(attempts).hasValue(ControlCalls.MOST_ATTEMPTS);
    }

    @Test
    void aRefusalIsBelievedAtOnceAlsoWhenItIsThrown() {
        CompletableFuture<String> answer = result(() -> {
            attempts.incrementAndGet();
            throw ServiceErrorsTest.error("AccessDeniedException", 400);
        });
        assertThatThrownBy(answer::join).hasMessageContaining("words of the SDK");
        assertThat(attempts).hasValue(1);
    }

    @Test
    void aCallThatIsNeverAnsweredIsMadeAgain() {
        CompletableFuture<String> late = new CompletableFuture<>();
        CompletableFuture<String> answer =
                result(() -> attempts.incrementAndGet() == 1 ? late : CompletableFuture.completedFuture("answer"));
        assertThat(answer).isCompletedWithValue("answer");
        assertThat(attempts).hasValue(2);
        late.complete("late");
        time.advance(Duration.ofMinutes(2));
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aCallThatIsNeverAnsweredAtAllIsGivenUp() {
        CompletableFuture<String> answer = result(() -> {
            attempts.incrementAndGet();
            return new CompletableFuture<>();
        });
        time.advance(ControlCalls.LONGEST_ATTEMPT.multipliedBy(ControlCalls.MOST_ATTEMPTS));
        assertThatThrownBy(answer::join).hasMessageContaining("no answer within PT1M");
        assertThat(attempts).hasValue(ControlCalls.MOST_ATTEMPTS);
    }

    @Test
    void aListingPutsAllPagesTogether() {
        KinesisEmulator kinesis = KinesisEmulator.builder()
                .scheduler(time.process("kinesis").executor("engine"))
                .wallClock(time::instant)
                .random(time.random())
                .build();
        kinesis.createStream("stream", 7);
        ShardListing listing = new ShardListing(calls, kinesis.client(), 3);
        CompletableFuture<List<Shard>> shards = new CompletableFuture<>();
        loop.post(() -> listing.list("stream", null).thenAccept(shards::complete));
        time.advance(Duration.ofSeconds(5));
        assertThat(shards.join()).extracting(Shard::shardId).hasSize(7).doesNotHaveDuplicates();
    }

    private CompletableFuture<String> result(Supplier<CompletableFuture<String>> call) {
        CompletableFuture<String> result = new CompletableFuture<>();
        loop.post(() -> calls.call(call).whenComplete((answer, failure) -> {
            assertThat(loop.isRunning()).isTrue();
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                result.complete(answer);
            }
        }));
        time.advance(Duration.ofMinutes(2));
        return result;
    }
}
