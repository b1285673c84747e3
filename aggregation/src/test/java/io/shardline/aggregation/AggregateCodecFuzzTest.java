package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.aggregation.Decoded.Malformed;
import io.shardline.aggregation.Decoded.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class AggregateCodecFuzzTest {
    private static final int FRAME = 20;

    @Property(tries = 2_000)
    void anyBytesAreDecodedToAValue(@ForAll byte[] bytes) {
        assertThat(AggregateCodec.decode(bytes)).isNotNull();
    }

    @Property(tries = 2_000)
    void anyMessageInAValidFrameIsDecodedToAValue(@ForAll @Size(max = 60) byte[] message) {
        assertChecksumWasRight(Samples.frame(message));
    }

    @Property(tries = 1_000)
    void damagedMessageInAValidFrameIsDecodedToAValue(
            @ForAll("entryLists") List<AggregateEntry> entries, @ForAll Random random) {
        byte[] aggregate = AggregateCodec.encode(entries.subList(0, Math.min(8, entries.size())));
        byte[] message = Arrays.copyOfRange(aggregate, 4, aggregate.length - 16);
        assertChecksumWasRight(Samples.frame(damage(message, random)));
    }

    /** Overwrites a few bytes, cuts the end off in one of three cases, and repeats a part in another. */
    private static byte[] damage(byte[] message, Random random) {
        byte[] damaged = message.clone();
        int hits = 1 + random.nextInt(4);
        for (int i = 0; i < hits; i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return switch (random.nextInt(3)) {
            case 0 -> Arrays.copyOf(damaged, random.nextInt(damaged.length + 1));
            case 1 -> repeatPart(damaged, random);
            default -> damaged;
        };
    }

    private static byte[] repeatPart(byte[] message, Random random) {
        int from = random.nextInt(message.length);
        byte[] longer = Arrays.copyOf(message, 2 * message.length - from);
        System.arraycopy(message, from, longer, message.length, message.length - from);
        return longer;
    }

    private static void assertChecksumWasRight(byte[] data) {
        Decoded decoded = AggregateCodec.decode(data);
        if (data.length > FRAME) {
            assertThat(decoded).isNotInstanceOf(Decoded.Plain.class);
        }
        if (decoded instanceof Malformed malformed) {
            assertThat(malformed.reason()).isNotEqualTo(Reason.BAD_CHECKSUM);
        }
    }

    @Provide
    Arbitrary<List<AggregateEntry>> entryLists() {
        return Samples.entryLists();
    }
}
