package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HashKeyRangeTest {
    private static final HashKeyRange TENS = HashKeyRange.parse("10", "19");

    @Test
    void bothBoundsBelongToTheRange() {
        assertThat(TENS.contains(HashKey.parse("9"))).isFalse();
        assertThat(TENS.contains(HashKey.parse("10"))).isTrue();
        assertThat(TENS.contains(HashKey.parse("19"))).isTrue();
        assertThat(TENS.contains(HashKey.parse("20"))).isFalse();
    }

    @Test
    void fullRangeContainsTheBoundsOfAllHashKeys() {
        assertThat(HashKeyRange.FULL.contains(HashKey.MIN)).isTrue();
        assertThat(HashKeyRange.FULL.contains(HashKey.MAX)).isTrue();
    }

    @Test
    void rangeMayBeASingleHashKeyButNotStartBehindItsEnd() {
        assertThat(HashKeyRange.parse("7", "7").contains(HashKey.parse("7"))).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKeyRange.parse("8", "7"))
                .withMessageContaining("starts at 8")
                .withMessageContaining("its end 7");
    }

    @Test
    void rangesAdjoinIfTheyMeetWithoutGapOrOverlap() {
        assertThat(TENS.adjoins(HashKeyRange.parse("20", "29"))).isTrue();
        assertThat(HashKeyRange.parse("20", "29").adjoins(TENS)).isTrue();
        assertThat(TENS.adjoins(HashKeyRange.parse("21", "29"))).isFalse();
        assertThat(TENS.adjoins(HashKeyRange.parse("19", "29"))).isFalse();
        assertThat(TENS.adjoins(TENS)).isFalse();
    }

    @Test
    void rangesAtTheEndsOfAllHashKeysDoNotAdjoin() {
        HashKeyRange lowest = new HashKeyRange(HashKey.MIN, HashKey.MIN);
        HashKeyRange highest = new HashKeyRange(HashKey.MAX, HashKey.MAX);
        assertThat(highest.adjoins(lowest)).isFalse();
        assertThat(lowest.adjoins(highest)).isFalse();
    }

    @Test
    void midpointBeginsTheUpperHalf() {
        assertThat(TENS.midpoint()).hasToString("15");
        assertThat(HashKeyRange.parse("10", "20").midpoint()).hasToString("15");
        assertThat(HashKeyRange.parse("10", "11").midpoint()).hasToString("11");
        assertThat(HashKeyRange.FULL.midpoint()).isEqualTo(new HashKey(Long.MIN_VALUE, 0));
    }

    @Test
    void midpointOfASingleHashKeyIsThatHashKey() {
        assertThat(HashKeyRange.parse("7", "7").midpoint()).hasToString("7");
    }
}
