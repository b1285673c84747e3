package io.shardline.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DynamoDbTableTest {

    @Test
    void defaultsCreateAPlainTable() {
        DynamoDbTable table = DynamoDbTable.builder("flights-app").build();

        assertThat(table.tableName()).isEqualTo("flights-app");
        assertThat(table.tags()).isEmpty();
        assertThat(table.deletionProtectionEnabled()).isFalse();
        assertThat(table.pointInTimeRecoveryEnabled()).isFalse();
        assertThat(table.callTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void settingsStayAsTheyWereBuilt() {
        DynamoDbTable.Builder builder = DynamoDbTable.builder("flights-app").tag("team", "data");
        DynamoDbTable table = builder.build();
        builder.tag("later", "x").deletionProtectionEnabled(true);

        assertThat(table.tags()).containsExactly(Map.entry("team", "data"));
        assertThat(table.deletionProtectionEnabled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "flights app", "flüge", "a/b"})
    void tableNameFollowsTheServicesRule(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DynamoDbTable.builder(name).build())
                .withMessage("tableName must be 3 to 255 letters, digits, '_', '.' or '-', was " + name);
    }

    @Test
    void tagsFollowTheServicesRules() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DynamoDbTable.builder("app").tag("aws:x", "y").build())
                .withMessageContaining("not beginning with 'aws:', was aws:x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DynamoDbTable.builder("app").tag("", "y").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        DynamoDbTable.builder("app").tag("k", "y".repeat(257)).build())
                .withMessageContaining("value of tag 'k'");
        DynamoDbTable.Builder many = DynamoDbTable.builder("app");
        for (int i = 0; i <= 50; i++) {
            many.tag("k" + i, "");
        }
        assertThatIllegalArgumentException().isThrownBy(many::build).withMessageContaining("at most 50, was 51");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 99, 10_001})
    void callTimeoutLeavesRoomForAnAnswerAndForARepetition(long millis) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DynamoDbTable.builder("app")
                        .callTimeout(Duration.ofMillis(millis))
                        .build())
                .withMessageContaining("callTimeout must be from 100 ms to 10 s");
    }
}
