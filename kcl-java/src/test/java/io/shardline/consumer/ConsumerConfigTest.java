package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The settings: their defaults, and what is refused with which words. */
class ConsumerConfigTest {

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        ConsumerConfig config = builder().build();

        assertThat(config.leaseDuration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.checkpointInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.shardSyncInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.prefetchBudget()).isEqualTo(128L << 20);
        assertThat(config.readsPerSecondBehind()).isEqualTo(2);
        assertThat(config.readsPerSecondAtTip()).isEqualTo(1);
        assertThat(config.foreignEntries()).isEqualTo(ForeignEntries.AUTO);
        assertThat(config.handlerThreads()).isGreaterThanOrEqualTo(4);
        assertThat(config.maxBatchRecords()).isEqualTo(10_000);
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.endAfterOutage()).isEmpty();
        assertThat(config.workerId()).startsWith("worker-");
        assertThat(config.applicationName()).isEqualTo("app");
        assertThat(config.streams()).containsExactly(new StreamConfig("flights", StartingPosition.latest()));
        assertThat(config.isMultiStream()).isFalse();
    }

    @Test
    void toStringHasEverySetting() {
        String config = builder().build().toString();
        String table =
                DynamoDbTable.builder("leases").tag("team", "ops").build().toString();

        assertThat(settingsOf(ConsumerConfig.class))
                .allSatisfy(setting -> assertThat(config).contains(setting + "="));
        assertThat(settingsOf(DynamoDbTable.class))
                .allSatisfy(setting -> assertThat(table).contains(setting + "="));
        assertThat(config)
                .startsWith("ConsumerConfig[applicationName=app, streams=[StreamConfig[streamName=flights,"
                        + " startingPosition=LATEST, retrieval=null]], ")
                .contains("maxLeases=unlimited");
        assertThat(table).startsWith("DynamoDbTable[tableName=leases, tags={team=ops}, ");
    }

    private static List<String> settingsOf(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .toList();
    }

    @Test
    void whatIsOutOfRangeIsRefusedWithTheSettingTheRuleAndTheValue() {
        refused(c -> c.workerId(" "), "workerId must be not blank, without '@', was  ");
        refused(c -> c.workerId("a@b"), "workerId must be not blank, without '@', was a@b");
        refused(c -> c.leaseDuration(Duration.ofMillis(999)), "leaseDuration must be at least 1 s, was PT0.999S");
        refused(c -> c.leaseDuration(Duration.ofMinutes(61)), "leaseDuration must be at most 1 h, was PT1H1M");
        refused(c -> c.checkpointInterval(Duration.ZERO), "checkpointInterval must be positive, was PT0S");
        refused(c -> c.shardSyncInterval(Duration.ofSeconds(-1)), "shardSyncInterval must be positive, was PT-1S");
        refused(c -> c.prefetchBudget(1), "prefetchBudget must be at least 10 MiB, one full read, was 1");
        refused(c -> c.readsPerSecondBehind(0), "readsPerSecondBehind must be above 0, at most 5, was 0.0");
        refused(c -> c.readsPerSecondBehind(Double.NaN), "readsPerSecondBehind must be above 0, at most 5, was NaN");
        refused(c -> c.readsPerSecondAtTip(5.1), "readsPerSecondAtTip must be above 0, at most 5, was 5.1");
        refused(c -> c.handlerThreads(0), "handlerThreads must be at least 1, was 0");
        refused(c -> c.maxBatchRecords(0), "maxBatchRecords must be at least 1, was 0");
        refused(c -> c.handOverTimeout(Duration.ZERO), "handOverTimeout must be positive, was PT0S");
        refused(c -> c.stalledAfter(Duration.ofMillis(999)), "stalledAfter must be at least 1 s, was PT0.999S");
        refused(c -> c.maxLeases(0), "maxLeases must be at least 1, was 0");
        refused(c -> c.endAfterOutage(Duration.ofMillis(999)), "endAfterOutage must be at least 1 s, was PT0.999S");
        refused(c -> c.closeTimeout(Duration.ofSeconds(-1)), "closeTimeout must be not negative, was PT-1S");
    }

    @Test
    void namesAreNotBlank() {
        assertThatThrownBy(() -> ConsumerConfig.builder(" ", "flights", StartingPosition.latest())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("applicationName must be not blank, was  ");
        assertThatThrownBy(() -> ConsumerConfig.builder("app", "", StartingPosition.latest())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("streamName must be not blank, without ':', was ''");
        assertThatThrownBy(() -> ConsumerConfig.builder("app", List.of()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("streams must be at least one, each once, was []");
    }

    @Test
    void aRetrievalIsNotNull() {
        assertThatThrownBy(() -> builder().retrieval(nothing(Retrieval.class)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("retrieval");
    }

    @Test
    void theDefaultOfSeveralStreamsIsJudgedThoughNoneOfThemHasIt() {
        StreamConfig polled = new StreamConfig("flights", StartingPosition.latest(), Retrieval.polling());

        assertThatThrownBy(() -> ConsumerConfig.builder("my app", List.of(polled))
                        .retrieval(Retrieval.fanOut())
                        .build())
                .hasMessageContaining("applicationName must be letters")
                .hasMessageContaining("was 'my app'");
        assertThat(ConsumerConfig.builder("app", List.of(polled))
                        .retrieval(Retrieval.fanOut())
                        .build()
                        .subscribes())
                .isTrue();
        assertThat(ConsumerConfig.builder("app", List.of(polled)).build().subscribes())
                .isFalse();
    }

    @Test
    void theBoundsThemselvesAreAllowed() {
        ConsumerConfig config = builder()
                .leaseDuration(Duration.ofSeconds(1))
                .prefetchBudget(10L << 20)
                .readsPerSecondBehind(5)
                .handlerThreads(1)
                .maxBatchRecords(1)
                .closeTimeout(Duration.ZERO)
                .build();

        assertThat(config.leaseDuration()).isEqualTo(Duration.ofSeconds(1));
    }

    /** What the compiler would not let through. */
    private static <T> T nothing(Class<T> type) {
        return type.cast(Array.get(Array.newInstance(type, 1), 0));
    }

    private static void refused(Consumer<ConsumerConfig.Builder> change, String message) {
        ConsumerConfig.Builder builder = builder();
        change.accept(builder);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static ConsumerConfig.Builder builder() {
        return ConsumerConfig.builder("app", "flights", StartingPosition.latest());
    }
}
