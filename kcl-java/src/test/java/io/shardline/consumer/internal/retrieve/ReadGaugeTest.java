package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.internal.lease.ReadPressure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadGaugeTest {

    private static final Duration TIP = Duration.ZERO;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final ReadPressure THROTTLED = new ReadPressure(1, 0, 0, 0);

    private final ReadGauge gauge = new ReadGauge(RetrievalRules.DEFAULT, Duration.ofSeconds(5));
    private long now = -MINUTE / 2;

    /** A minute, with so many reads of both kinds. */
    private void minute(int throttles, int answers, Duration behind, long bytes, boolean isStarving) {
        long end = now + MINUTE;
        for (int i = 0; i < throttles; i++) {
            gauge.throttled(now += SECOND / 10);
        }
        for (int i = 0; i < answers; i++) {
            gauge.answered(now += SECOND / 10, behind, isStarving);
        }
        gauge.read(now, bytes);
        now = end;
    }

    private ReadPressure pressure() {
        return gauge.pressure(now);
    }

    @Test
    void aShardThatIsReadWithoutTroubleFeelsNone() {
        for (int i = 0; i < 20; i++) {
            minute(0, 60, TIP, 1_000, true);
            assertThat(pressure()).isEqualTo(ReadPressure.NONE);
        }
    }

    @Test
    void oneMinuteOfThrottlesIsAnAccidentAndThreeOfFiveAreNot() {
        minute(20, 40, TIP, 0, true);
        minute(0, 60, TIP, 0, true);
        minute(20, 40, TIP, 0, true);
        minute(0, 60, TIP, 0, true);
        assertThat(pressure()).isEqualTo(ReadPressure.NONE);
        minute(20, 40, TIP, 0, true);
        assertThat(pressure()).isEqualTo(THROTTLED);
        minute(0, 60, TIP, 0, true);
        assertThat(pressure()).isEqualTo(ReadPressure.NONE);
    }

    @Test
    void aFewThrottlesAmongManyReadsAreNone() {
        for (int i = 0; i < 6; i++) {
            minute(5, 100, TIP, 0, true);
        }
        assertThat(pressure()).isEqualTo(ReadPressure.NONE);
    }

    @Test
    void aShardThatNobodyReadsForgets() {
        for (int i = 0; i < 5; i++) {
            minute(20, 40, TIP, 0, true);
        }
        assertThat(pressure()).isEqualTo(THROTTLED);
        now += 1_000 * MINUTE;
        assertThat(pressure()).isEqualTo(ReadPressure.NONE);
    }

    @Test
    void aLagThatGrowsWhileTheShardGivesAllIsPressure() {
        for (int i = 0; i < 5; i++) {
            minute(0, 60, Duration.ofSeconds(i), 100 << 20, true);
        }
        assertThat(pressure()).isEqualTo(new ReadPressure(0, 1, 0, 1));
    }

    @Test
    void aLagThatShrinksIsNone() {
        for (int i = 0; i < 5; i++) {
            minute(0, 60, Duration.ofSeconds(4).minusMillis(i), 100 << 20, true);
        }
        assertThat(pressure()).isEqualTo(new ReadPressure(0, 0, 0, 1));
    }

    @Test
    void aLagBecauseOfASlowHandlerIsNone() {
        for (int i = 0; i < 9; i++) {
            minute(0, 60, Duration.ofSeconds(100L * i), 100 << 20, false);
        }
        assertThat(pressure()).isEqualTo(new ReadPressure(0, 0, 0, 1));
    }

    @Test
    void recordsThatComeLaterThanIsWantedArePressure() {
        for (int i = 0; i < 5; i++) {
            minute(0, 60, Duration.ofSeconds(6), 0, true);
        }
        assertThat(pressure()).isEqualTo(new ReadPressure(0, 0, 1, 0));
    }
}
