package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProtoBufferTest {

    private final ProtoBuffer buffer = new ProtoBuffer();

    @Test
    void whoWritesLessThanAnnouncedIsFoundOutAtTheNextField() throws IOException {
        buffer.append(4).writeRawByte(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> buffer.append(1))
                .withMessageContaining("4 bytes, written 1");
    }

    @Test
    void whoWritesMoreThanAnnouncedIsFoundOutBeforeAnythingIsCopied() throws IOException {
        buffer.append(1).writeRawBytes(new byte[2]);
        assertThatIllegalStateException().isThrownBy(() -> buffer.copyTo(new byte[8], 0));
    }
}
