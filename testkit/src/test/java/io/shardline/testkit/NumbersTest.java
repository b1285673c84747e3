package io.shardline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Sequence numbers, hash keys and tokens: the numbers that the service writes as text. Confined to one thread. */
class NumbersTest {
    private static final long YEAR_2050 = 2_524_608_000L;

    @Property
    void aSequenceNumberReadsAsItWasWritten(
            @ForAll @LongRange(min = 0, max = YEAR_2050) long created,
            @ForAll @IntRange(min = 0) int shard,
            @ForAll @LongRange(min = 0) long index,
            @ForAll @LongRange(min = 0, max = YEAR_2050) long second) {
        SequenceNumber number = new SequenceNumber(created, shard, index, second);

        assertThat(number.toString()).matches("49[0-9]{54}");
        assertThat(SequenceNumber.parse(number.toString())).isEqualTo(number);
    }

    @Property
    void sequenceNumbersOrderByShardCreationThenIndex(
            @ForAll @LongRange(min = 1, max = YEAR_2050) long created,
            @ForAll @IntRange(min = 0) int shard,
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE - 1) long index,
            @ForAll @LongRange(min = 0, max = YEAR_2050) long second) {
        BigInteger number = value(new SequenceNumber(created, shard, index, second));

        assertThat(value(new SequenceNumber(created, shard, index + 1, 0))).isGreaterThan(number);
        assertThat(value(new SequenceNumber(created - 1, shard, SequenceNumber.LAST_INDEX, YEAR_2050)))
                .isLessThan(number);
    }

    private static BigInteger value(SequenceNumber number) {
        return new BigInteger(number.toString());
    }

    @Test
    void textThatIsNoSequenceNumberIsNone() {
        for (String text : new String[] {"", "0", "LATEST", "9".repeat(56), "4".repeat(56), "1".repeat(57)}) {
            assertThat(SequenceNumber.parse(text)).as(text).isNull();
        }
    }

    @Property
    void hashKeysAreUnsignedNumbersOf128Bits(@ForAll long high, @ForAll long low, @ForAll long otherHigh) {
        HashKey key = new HashKey(high, low);
        BigInteger value = new BigInteger(key.toString());
        HashKey other = new HashKey(otherHigh, low);

        assertThat(HashKey.of(value)).isEqualTo(key);
        assertThat(HashKey.contains(value)).isTrue();
        assertThat(Integer.signum(key.compareTo(other))).isEqualTo(value.compareTo(new BigInteger(other.toString())));
    }

    @Property
    void theKeysNextToAKeyDifferByOne(@ForAll long high, @ForAll @LongRange(min = -1, max = 1) long low) {
        HashKey key = new HashKey(high, low);
        if (!key.equals(HashKey.MAX)) {
            assertThat(new BigInteger(key.next().toString()))
                    .isEqualTo(new BigInteger(key.toString()).add(BigInteger.ONE));
            assertThat(key.next().previous()).isEqualTo(key);
        }
    }

    @Test
    void theSpaceHas128Bits() {
        assertThat(HashKey.MAX).hasToString("340282366920938463463374607431768211455");
        assertThat(HashKey.contains(BigInteger.ONE.shiftLeft(128))).isFalse();
        assertThat(HashKey.contains(BigInteger.ONE.negate())).isFalse();
        assertThat(HashKey.boundary(1, 2)).hasToString("170141183460469231731687303715884105728");
    }

    @Property
    void aTokenReadsAsItWasWrittenAndOnlyAsItsKind(@ForAll long a, @ForAll long b) {
        String token = Token.write(1, a, b);

        assertThat(Token.read(1, 2, token)).containsExactly(a, b);
        assertThat(Token.read(2, 2, token)).isNull();
        assertThat(Token.read(1, 3, token)).isNull();
        assertThat(Token.read(1, 2, "%" + token)).isNull();
    }
}
