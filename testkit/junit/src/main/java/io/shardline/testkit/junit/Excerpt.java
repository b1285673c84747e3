package io.shardline.testkit.junit;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/** The beginning of a record, for the message of a failed test. Immutable. */
final class Excerpt {

    private static final int SHOWN_CHARS = 60;
    private static final int SHOWN_BYTES = 16;

    private Excerpt() {}

    /** {@code 'key' "the data"}, or its first bytes in hexadecimal if it is not text. */
    static String of(String partitionKey, SdkBytes data) {
        String text = text(data);
        return "'" + partitionKey + "' " + (text == null ? hex(data.asByteArrayUnsafe()) : quoted(text));
    }

    private static @Nullable String text(SdkBytes data) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data.asByteArrayUnsafe()))
                    .toString();
            return text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t' && c != '\r') ? null : text;
        } catch (CharacterCodingException binary) {
            return null;
        }
    }

    private static String quoted(String text) {
        String shown = text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS);
        String escaped = shown.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
        return "\"" + escaped + "\""
                + (shown.length() == text.length() ? "" : "... (" + text.length() + " characters)");
    }

    private static String hex(byte[] data) {
        int shown = Math.min(data.length, SHOWN_BYTES);
        String more = shown == data.length ? "" : "...";
        return "0x" + HexFormat.of().formatHex(data, 0, shown) + more + " (" + data.length + " bytes)";
    }
}
