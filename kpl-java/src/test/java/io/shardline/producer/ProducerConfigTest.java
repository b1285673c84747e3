package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProducerConfigTest {

    @Test
    void defaultsAreThoseOfTheDesign() {
        ProducerConfig defaults = ProducerConfig.defaults();

        assertThat(defaults.linger()).isEqualTo(Duration.ofMillis(100));
        assertThat(defaults.recordTtl()).contains(Duration.ofMinutes(2));
        assertThat(defaults.memoryBudget()).isEqualTo(64 * 1024 * 1024);
        assertThat(defaults.fullBudget()).isEqualTo(FullBudget.BLOCK);
        assertThat(defaults.maxBlock()).isEqualTo(Duration.ofMinutes(1));
        assertThat(defaults.maxInFlightRequests()).isEqualTo(24);
        assertThat(defaults.aggregationEnabled()).isTrue();
        assertThat(defaults.maxAggregateSize()).isEqualTo(256 * 1024);
        assertThat(defaults.ordering()).isEqualTo(Ordering.PER_KEY);
        assertThat(defaults.maxRecordSize()).isEmpty();
        assertThat(defaults.requestTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(defaults.closeTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @MethodSource("valuesOutOfRange")
    void valueOutOfRangeIsNamedWithItsSetting(
            UnaryOperator<ProducerConfig.Builder> change, String setting, String value) {
        assertThatThrownBy(() -> change.apply(ProducerConfig.builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(setting + " must be between ")
                .hasMessageEndingWith(", was " + value);
    }

    static Stream<Arguments> valuesOutOfRange() {
        return Stream.of(
                refused(b -> b.linger(Duration.ofMillis(-1)), "linger", "PT-0.001S"),
                refused(b -> b.recordTtl(Duration.ZERO), "recordTtl", "PT0S"),
                refused(b -> b.recordTtl(Duration.ofDays(366)), "recordTtl", "PT8784H"),
                refused(b -> b.maxBlock(Duration.ofSeconds(-1)), "maxBlock", "PT-1S"),
                refused(b -> b.requestTimeout(Duration.ofMillis(99)), "requestTimeout", "PT0.099S"),
                refused(b -> b.closeTimeout(Duration.ofSeconds(-1)), "closeTimeout", "PT-1S"),
                refused(b -> b.maxRecordSize(10 * 1024 * 1024 + 1), "maxRecordSize", "10485761"),
                refused(b -> b.maxAggregateSize(0), "maxAggregateSize", "0"),
                refused(b -> b.maxInFlightRequests(0), "maxInFlightRequests", "0"),
                refused(b -> b.memoryBudget(1_000_000), "memoryBudget", "1000000"));
    }

    @Test
    void toStringHasEverySetting() {
        String text = ProducerConfig.builder().noRecordTtl().build().toString();

        assertThat(ProducerConfig.class.getDeclaredFields())
                .filteredOn(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .isNotEmpty()
                .allSatisfy(field -> assertThat(text).contains(field.getName() + "="));
        assertThat(text).startsWith("ProducerConfig[linger=PT0.1S, recordTtl=none, memoryBudget=67108864, ");
    }

    private static Arguments refused(UnaryOperator<ProducerConfig.Builder> change, String setting, String value) {
        return Arguments.of(change, setting, value);
    }
}
