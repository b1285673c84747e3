package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import org.junit.jupiter.api.Test;

/** Where a record stands in its shard. */
class PositionTest {

    @Property(tries = 300)
    void positionsAreOrderedAsTheNumbersAre(
            @ForAll @BigRange(min = "0", max = "100000000000000000000000000000000000000000000000000000000")
                    BigInteger left,
            @ForAll @BigRange(min = "0", max = "100000000000000000000000000000000000000000000000000000000")
                    BigInteger right) {
        Position a = new Position(left.toString(), 0);
        Position b = new Position(right.toString(), 0);

        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(left.compareTo(right));
    }

    @Test
    void theSubSequenceNumberDecidesAmongEntriesOfOneRecord() {
        assertThat(new Position("9", 10)).isGreaterThan(new Position("9", 9)).isLessThan(new Position("10", 0));
        assertThat(new Position("9", 1)).isEqualByComparingTo(new Position("9", 1));
    }

    @Test
    void whatIsNoSequenceNumberIsRefusedByName() {
        for (String text : List.of("", "-1", "01", "TRIM_HORIZON", "1.0", " 1", "\u0661")) {
            assertThatThrownBy(() -> new Position(text, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a sequence number is a decimal number, was '" + text + "'");
        }
        assertThatThrownBy(() -> new Position("1", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sub-sequence number is not negative, was -1");
        assertThat(new Position("0", 0)).hasToString("0/0");
    }
}
