package io.shardline.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The random numbers of the simulation. Confined to one thread. */
class SplitMix64Test {
    @Test
    void firstNumbersAreThoseOfTheReferenceImplementation() {
        SplitMix64 random = new SplitMix64(1234567);

        assertThat(new long[] {random.nextLong(), random.nextLong(), random.nextLong()})
                .containsExactly(6457827717110365317L, 3203168211198807973L, -8629252141511181193L);
    }

    @Test
    void everyKindOfNumberIsTheSameOnEveryJdk() {
        SplitMix64 random = new SplitMix64(7);
        StringBuilder drawn = new StringBuilder();
        byte[] bytes = new byte[11];
        random.nextBytes(bytes);
        for (byte b : bytes) {
            drawn.append(b).append(' ');
        }
        drawn.append(random.nextInt()).append(' ').append(random.nextInt(100)).append(' ');
        drawn.append(random.nextInt(-5, 5))
                .append(' ')
                .append(random.nextLong(1L << 40))
                .append(' ');
        drawn.append(random.nextLong(-9, 9))
                .append(' ')
                .append(random.nextBoolean())
                .append(' ');
        drawn.append(random.nextDouble()).append(' ').append(random.nextFloat()).append(' ');
        drawn.append(random.nextGaussian())
                .append(' ')
                .append(random.nextExponential())
                .append(' ');
        drawn.append(random.split().nextLong());

        assertThat(drawn)
                .hasToString("-41 13 50 89 -28 -31 -53 99 28 102 60 -426229632 1 2 289471943944 8 false"
                        + " 0.13425829880844864 0.41314137 1.1015851968433443 2.117049520252348 1942064009396337296");
    }

    @Test
    void aSplitOffGeneratorGoesItsOwnWay() {
        SplitMix64 random = new SplitMix64(1);
        SplitMix64 child = random.split();

        assertThat(child.nextLong()).isNotEqualTo(random.nextLong());
    }

    @Property
    void boundedNumbersStayWithinTheirBounds(@ForAll long seed, @ForAll long a, @ForAll long b) {
        long origin = Math.min(a, b);
        long bound = a == b ? a + 1 : Math.max(a, b);
        if (origin >= bound) {
            return;
        }
        assertThat(new SplitMix64(seed).nextLong(origin, bound)).isBetween(origin, bound - 1);
    }

    @Property
    void doublesAreBelowOne(@ForAll long seed) {
        assertThat(new SplitMix64(seed).nextDouble()).isGreaterThanOrEqualTo(0).isLessThan(1);
    }

    @Property
    void boundsThatAreNotPositiveAreRefused(@ForAll long seed, @ForAll @LongRange(min = -10, max = 0) long bound) {
        assertThatThrownBy(() -> new SplitMix64(seed).nextLong(bound))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Long.toString(bound));
    }
}
