package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashKeyTest {
    private static final BigInteger TWO_TO_THE_128 = BigInteger.ONE.shiftLeft(128);

    @ParameterizedTest
    @CsvSource({
        "pk1, 329398341438914906102347661116985167824",
        "pk2, 122875064651314509700510597659732835739",
        "a, 16955237001963240173058271559858726497"
    })
    void hashKeyOfAPartitionKeyIsItsMd5(String partitionKey, String hashKey) {
        assertThat(HashKey.ofPartitionKey(partitionKey)).hasToString(hashKey).isEqualTo(HashKey.parse(hashKey));
    }

    @Property
    void hashKeyOfAnyPartitionKeyIsTheMd5OfItsUtf8Form(@ForAll String partitionKey) {
        byte[] md5 = Samples.md5(partitionKey.getBytes(StandardCharsets.UTF_8));
        assertThat(HashKey.ofPartitionKey(partitionKey).toBigInteger()).isEqualTo(new BigInteger(1, md5));
    }

    @Test
    void boundsAreZeroAndTheGreatestUnsigned128BitNumber() {
        assertThat(HashKey.MIN).hasToString("0");
        assertThat(HashKey.MAX).hasToString("340282366920938463463374607431768211455");
        assertThat(HashKey.MAX.toBigInteger()).isEqualTo(TWO_TO_THE_128.subtract(BigInteger.ONE));
    }

    @Property
    void numberAndTextLeadBackToTheHashKey(@ForAll("hashKeys") HashKey hashKey) {
        assertThat(HashKey.of(hashKey.toBigInteger())).isEqualTo(hashKey).hasSameHashCodeAs(hashKey);
        assertThat(HashKey.parse(hashKey.toString())).isEqualTo(hashKey);
        assertThat(hashKey.toBigInteger()).isNotNegative().isLessThan(TWO_TO_THE_128);
    }

    @Property
    void textIsTheNumberInDecimal(@ForAll long high, @ForAll long low) {
        assertThat(new HashKey(high, low).toString())
                .isEqualTo(new HashKey(high, low).toBigInteger().toString());
        assertThat(new HashKey(0, low).toString())
                .isEqualTo(new HashKey(0, low).toBigInteger().toString());
    }

    @Property
    void orderIsThatOfTheNumbers(@ForAll("hashKeys") HashKey one, @ForAll("hashKeys") HashKey other) {
        int expected = one.toBigInteger().compareTo(other.toBigInteger());
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(expected);
        assertThat(one.equals(other)).isEqualTo(expected == 0);
    }

    @Test
    void orderIsUnsignedInBothHalves() {
        assertThat(new HashKey(-1, 0)).isGreaterThan(new HashKey(1, -1));
        assertThat(new HashKey(1, -1)).isGreaterThan(new HashKey(1, 1));
    }

    @Test
    void leadingZerosAreRead() {
        assertThat(HashKey.parse("000")).isEqualTo(HashKey.MIN);
        assertThat(HashKey.parse("0".repeat(100) + HashKey.MAX)).isEqualTo(HashKey.MAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+1",
                "1.0",
                "0x10",
                " 1",
                "abc",
                "\u0661",
                "340282366920938463463374607431768211456",
                "999999999999999999999999999999999999999",
                "1000000000000000000000000000000000000000"
            })
    void textThatIsNoHashKeyIsRefusedByName(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.parse(text))
                .withMessageContaining("'" + text + "'")
                .withMessageContaining("0 to 2^128-1");
    }

    @Test
    void absurdlyLongTextIsRefusedWithAnExcerpt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.parse("9".repeat(1_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).contains("999...").hasSizeLessThan(250));
    }

    @Test
    void numberOutOfRangeIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.of(TWO_TO_THE_128))
                .withMessageContaining("340282366920938463463374607431768211456");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.of(BigInteger.ONE.negate()))
                .withMessageContaining("-1");
    }

    @Provide
    Arbitrary<HashKey> hashKeys() {
        return Samples.hashKeys();
    }
}
