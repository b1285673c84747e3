package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LaneRateTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int MIB = 1024 * 1024;

    @Property(tries = 200)
    void averageIsKeptAfterABurstOfASecondWhateverIsSent(
            @ForAll @Size(min = 1, max = 200) int[] sizes, @ForAll @IntRange(min = 1, max = 150) int percent) {
        LaneRate rate = new LaneRate(percent / 100.0, 0);
        long now = 0;
        long bytes = 0;
        long last = 0;
        for (int size : sizes) {
            now = Math.max(now, rate.openAt());
            last = Math.abs(size % (2 * MIB));
            rate.sent(1, last, now);
            bytes += last;
        }
        double seconds = now / (double) SECOND;
        double allowed = (seconds + 1) * percent / 100;
        assertThat((double) bytes - last).isLessThanOrEqualTo(allowed * MIB + 1);
        assertThat((double) sizes.length - 1).isLessThanOrEqualTo(allowed * 1_000 + 1);
    }

    @Test
    void aLargeRecordMakesADebtThatTheNextOneWaitsFor() {
        LaneRate rate = new LaneRate(1, 0);
        rate.sent(1, 10L * MIB, 0);

        assertThat(rate.openAt()).isCloseTo(9 * SECOND, Offset.offset(10L));
    }

    @Test
    void throttlesOfOneRoundTripCountOnce() {
        LaneRate rate = new LaneRate(1, 0);
        rate.throttled(1, 100, 5, 10);
        rate.throttled(1, 100, 5, 11);
        assertThat(rate.share()).isEqualTo(0.7);
        rate.throttled(1, 100, 12, 20);
        assertThat(rate.share()).isCloseTo(0.49, Offset.offset(1e-9));
    }

    @Test
    void rateNeverFallsBelowTheFloorAndGrowsByATwentiethInASecondOfSuccess() {
        LaneRate rate = new LaneRate(1, 0);
        for (int i = 1; i <= 50; i++) {
            rate.throttled(1, 100, i * SECOND, i * SECOND);
        }
        assertThat(rate.share()).isEqualTo(LaneRate.LEAST_SHARE);
        for (int i = 1; i <= 10; i++) {
            rate.succeeded((50 + i) * SECOND);
        }
        assertThat(rate.share()).isCloseTo(0.51, Offset.offset(1e-9));
        rate.succeeded(1_000 * SECOND);
        assertThat(rate.share()).isEqualTo(1);
    }

    @Test
    void whatWasRefusedDoesNotCount() {
        LaneRate rate = new LaneRate(1, 0);
        rate.sent(1, 900_000, 0);
        rate.throttled(1, 900_000, 0, 0);

        assertThat(rate.bytesAt(0)).isCloseTo((long) (0.7 * MIB), Offset.offset(1L));
    }
}
