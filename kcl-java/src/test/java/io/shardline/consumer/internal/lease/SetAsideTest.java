package io.shardline.consumer.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 29 of the lease protocol: for how long a row that is too large is left alone, and how often it is named. */
class SetAsideTest {

    private static final Duration AGAIN = Duration.ofNanos(SetAside.AGAIN_NANOS);

    private final SimulatedTime time = new SimulatedTime(1);
    private final SimulatedProcess process = time.process("worker");
    private final EventLoop loop = new EventLoop(
            new Platform(
                    process.executor("loop"),
                    process.pool("io", 1),
                    process.pool("priority-io", 1),
                    process.pool("user", 1),
                    process.nanoTime(),
                    process.wallClock(),
                    process.random()),
            new EventLoop.Hooks() {});
    private final List<String> told = new ArrayList<>();
    private final List<Duration> tries = new ArrayList<>();
    private final SetAside setAside = new SetAside(
            loop, (key, why) -> told.add(key + ": " + why), () -> tries.add(Duration.ofNanos(time.nowNanos())));
    private final Lease row = Lease.unowned("full", Checkpoint.trimHorizon(), ImmutableSet.of(), null);

    @Test
    void itIsLeftAloneForTheWholeTimeAfterTheLastRefusal() {
        add(row);
        time.advance(AGAIN.minusMinutes(1));
        add(row);
        time.advance(AGAIN.minusSeconds(1));

        assertThat(setAside.contains("full")).isTrue();
        assertThat(tries).isEmpty();
        time.advance(Duration.ofSeconds(2));
        assertThat(setAside.contains("full")).isFalse();
        assertThat(tries).hasSize(1);
    }

    @Test
    void aRowThatStaysAsItIsIsNamedOnce() {
        for (int i = 0; i < 5; i++) {
            add(row);
            time.advance(AGAIN.plusSeconds(1));
        }

        assertThat(tries).hasSize(5);
        assertThat(told).containsExactly("full: the row is full");
    }

    @Test
    void aRowThatWasMendedAndIsFullAgainIsNamedAgain() {
        add(row);
        time.advance(AGAIN.plusSeconds(1));

        add(row.ownedBy("somebody"));

        assertThat(told).hasSize(2);
    }

    @Test
    void whatIsNotRefusedAgainIsForgotten() {
        add(row);
        time.advance(AGAIN.multipliedBy(2).plusSeconds(1));

        add(row);

        assertThat(told).hasSize(2);
        assertThat(tries).hasSize(1);
    }

    private void add(Lease full) {
        loop.post(() -> setAside.add(full, new RowTooLargeException("the row is full", null)));
        time.advance(Duration.ofMillis(1));
    }
}
