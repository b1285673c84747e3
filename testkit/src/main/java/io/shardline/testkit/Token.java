package io.shardline.testkit;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The numbers inside an opaque string that the service gives out and later takes back: shard iterators and next tokens.
 *
 * <p>A check sum tells a token of ours from anything else. Immutable.
 */
final class Token {
    private static final long SALT = 0x7368_6172_646C_696EL;

    private static final long LIFE_MILLIS = 300_000;

    private Token() {}

    /** The string of these numbers; {@code kind} keeps one sort of token from passing for another. */
    static String write(int kind, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate((values.length + 1) * Long.BYTES);
        bytes.putLong(checkSum(kind, values));
        for (long value : values) {
            bytes.putLong(value);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** The numbers of a token of that kind with that many numbers; null if it is none. */
    static long @Nullable [] read(int kind, int count, String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        if (bytes.length != (count + 1) * Long.BYTES) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long expected = buffer.getLong();
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = buffer.getLong();
        }
        return checkSum(kind, values) == expected ? values : null;
    }

    /** Refuses a next token that was issued more than five minutes ago. */
    static void refuseOld(long issuedMillis, long nowMillis) {
        if (nowMillis - issuedMillis > LIFE_MILLIS) {
            throw ServiceError.clientError(
                    "ExpiredNextTokenException",
                    "NextToken expired. It was issued at " + Instant.ofEpochMilli(issuedMillis)
                            + ", and tokens live for " + LIFE_MILLIS + " milliseconds.");
        }
    }

    private static long checkSum(int kind, long[] values) {
        long sum = SALT + kind;
        for (long value : values) {
            sum = (sum ^ value) * 0xBF58476D1CE4E5B9L;
            sum ^= sum >>> 29;
        }
        return sum;
    }
}
