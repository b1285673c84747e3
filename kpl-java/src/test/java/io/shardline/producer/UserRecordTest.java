package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.aggregation.HashKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserRecordTest {

    private static final byte[] DATA = {1, 2, 3};

    @Test
    void emptyPartitionKeyIsRefused() {
        assertThatThrownBy(() -> UserRecord.of("", DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a partition key has 1 to 256 characters (UTF-16 units), got none");
    }

    @Test
    void overlongPartitionKeyIsRefusedWithItsLengthAndBeginning() {
        assertThat(UserRecord.of("k".repeat(256), DATA).partitionKey()).hasSize(256);
        assertThatThrownBy(() -> UserRecord.of("k".repeat(257), DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got 257 ('kkkk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\ud800", "\udc00b", "a\ud800b", "\udc00\ud800"})
    void unpairedSurrogateIsRefused(String key) {
        assertThatThrownBy(() -> UserRecord.of(key, DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unpaired surrogate U+D");
    }

    @Property(tries = 500)
    void sizeIsThatOfDataAndKeyInUtf8(@ForAll @StringLength(min = 1, max = 100) String key) {
        String valid = new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

        assertThat(UserRecord.of(valid, DATA).size()).isEqualTo(valid.getBytes(StandardCharsets.UTF_8).length + 3);
    }

    @Test
    void textIsItsBytesInUtf8() {
        assertThat(UserRecord.of("k", "gr\u00fcn").data()).isEqualTo("gr\u00fcn".getBytes(StandardCharsets.UTF_8));
        assertThat(UserRecord.of("k", "").data()).isEmpty();
    }

    @Test
    void textThatIsNotValidUnicodeIsRefused() {
        assertThatThrownBy(() -> UserRecord.of("k", "a\ud800"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data is valid Unicode, got an unpaired surrogate U+D800 at 1");
    }

    @Test
    void explicitHashKeyIsTakenInDecimalOrAsANumber() {
        UserRecord record = UserRecord.of("k", DATA);

        assertThat(record.explicitHashKey()).isEmpty();
        assertThat(record.withExplicitHashKey("0017").explicitHashKey()).contains(new HashKey(0, 17));
        assertThat(record.withExplicitHashKey(BigInteger.TEN).explicitHashKey()).contains(new HashKey(0, 10));
        assertThat(record.withExplicitHashKey("340282366920938463463374607431768211455")
                        .explicitHashKey())
                .contains(HashKey.MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "0x10", "340282366920938463463374607431768211456"})
    void hashKeyOutOfRangeIsRefusedWithItsValue(String hashKey) {
        assertThatThrownBy(() -> UserRecord.of("k", DATA).withExplicitHashKey(hashKey))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + hashKey + "'")
                .hasMessageContaining("0 to 2^128-1");
    }

    @Test
    void ofTakesTheArrayOverAndCopyOfDoesNot() {
        assertThat(UserRecord.of("k", DATA).data()).isSameAs(DATA);
        assertThat(UserRecord.copyOf("k", DATA).data()).isNotSameAs(DATA).isEqualTo(DATA);
    }
}
