package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Which answers have what every answer of the service has. */
class ArrivedTest {

    private static final Record SOUND = Record.builder()
            .sequenceNumber("49543463076548007577105092703039560359975228518395012686")
            .partitionKey("k")
            .data(SdkBytes.fromUtf8String("data"))
            .build();

    @Test
    void recordsWithDecimalSequenceNumbersAreSound() {
        Record other = SOUND.toBuilder().sequenceNumber("0").build();

        assertThat(Arrived.isSound(List.of(SOUND, other))).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "LATEST", "0049", "-1", "4.9", "49 ", "\u0664\u0669"})
    void aRecordWithAnotherSequenceNumberIsNot(@Nullable String sequenceNumber) {
        Record other = SOUND.toBuilder().sequenceNumber(sequenceNumber).build();

        assertThat(Arrived.isSound(List.of(SOUND, other))).isFalse();
    }

    @Test
    void aRecordWithoutDataOrKeyIsNot() {
        assertThat(Arrived.isSound(List.of(
                        Record.builder().sequenceNumber("1").partitionKey("k").build())))
                .isFalse();
        assertThat(Arrived.isSound(List.of(SOUND.toBuilder().partitionKey(null).build())))
                .isFalse();
    }
}
