package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkBytes;

/** Whose bytes a record has: those that it was given, as far as an array can be taken over. */
class UserRecordSharingTest {

    private static final byte[] DATA = {1, 2, 3, 4, 5};

    @Test
    void bytesOfTheSdkAreShared() {
        assertThat(UserRecord.of("k", SdkBytes.fromByteArrayUnsafe(DATA)).data())
                .isSameAs(DATA);
    }

    @Test
    void bufferThatUsesAllOfItsArrayIsShared() {
        assertThat(UserRecord.of("k", ByteBuffer.wrap(DATA)).data()).isSameAs(DATA);
    }

    @ParameterizedTest
    @MethodSource("buffersWithThreeAndFour")
    void whatRemainsInAnyOtherBufferIsCopiedAndItsPositionStays(ByteBuffer buffer) {
        int position = buffer.position();

        UserRecord record = UserRecord.of("k", buffer);

        assertThat(record.data()).containsExactly(3, 4).isNotSameAs(DATA);
        assertThat(buffer.position()).isEqualTo(position);
        assertThat(buffer.remaining()).isEqualTo(2);
    }

    static Stream<ByteBuffer> buffersWithThreeAndFour() {
        ByteBuffer part = ByteBuffer.wrap(DATA, 2, 2);
        return Stream.of(
                part,
                part.slice(),
                part.asReadOnlyBuffer(),
                ByteBuffer.allocateDirect(2).put(part.duplicate()).flip());
    }
}
