package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserRecordHeadersTest {

    private static final int MOST = 100;

    private static final UserRecord RECORD = UserRecord.of("k", new byte[3]);

    @Test
    void emptyNameIsRefused() {
        assertThatThrownBy(() -> RECORD.withHeader("", "value"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a header's name has 1 to 256 characters, got 0");
    }

    @Test
    void overlongNameIsRefusedWithItsLength() {
        assertThat(RECORD.withHeader("n".repeat(256), "value").headers()).hasSize(1);
        assertThatThrownBy(() -> RECORD.withHeader("n".repeat(257), "value"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a header's name has 1 to 256 characters, got 257");
    }

    @Test
    void emptyValueIsTaken() {
        assertThat(RECORD.withHeader("name", "").headers()).containsEntry("name", "");
    }

    @Test
    void oneHeaderMoreThanAHundredIsRefusedByItsName() {
        assertThatThrownBy(() -> full().withHeader("more", "value"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a record has at most 100 headers, 'more' is one more");
    }

    @Test
    void headerThatIsThereTakesAnotherValueAlsoInAFullRecord() {
        UserRecord again = full().withHeader("name-7", "other");

        assertThat(again.headers()).hasSize(MOST).containsEntry("name-7", "other");
        assertThat(full().headers()).containsEntry("name-7", "value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\ud800", "\udc00b", "a\ud800b", "\udc00\ud800"})
    void unpairedSurrogateIsRefusedInNameAndInValue(String text) {
        assertThatThrownBy(() -> RECORD.withHeader(text, "value"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a header's name is valid Unicode, got an unpaired surrogate U+D");
        assertThatThrownBy(() -> RECORD.withHeader("name", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a header's value is valid Unicode, got an unpaired surrogate U+D");
    }

    private static UserRecord full() {
        return IntStream.range(0, MOST)
                .boxed()
                .reduce(RECORD, (record, i) -> record.withHeader("name-" + i, "value"), (one, other) -> other);
    }
}
