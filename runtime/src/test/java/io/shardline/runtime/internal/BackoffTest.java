package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.testkit.time.SplitMix64;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    @Property(tries = 500)
    void theWaitNeverExceedsItsBoundNorVanishes(
            @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int failures, @ForAll long seed) {
        long bound = failures > 6 ? 2_000_000_000L : Math.min(50_000_000L << (failures - 1), 2_000_000_000L);
        assertThat(backoff.delayNanos(failures, new SplitMix64(seed))).isBetween(bound / 20, bound);
    }

    @Test
    void aLongFirstWaitDoesNotOverflow() {
        Backoff slow = new Backoff(Duration.ofHours(1), Duration.ofDays(10_000));
        assertThat(slow.delayNanos(60, new SplitMix64(1))).isPositive();
    }

    @Test
    void boundsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first=PT0S");
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("most=PT1S");
    }
}
