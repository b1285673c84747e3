package io.shardline.producer;

import java.util.Locale;

/**
 * The length of texts in UTF-8, without encoding them.
 *
 * <p>Thread-safe.
 */
final class Utf8 {

    private Utf8() {}

    /**
     * The number of bytes.
     *
     * @param what what the text is, for the message
     * @throws IllegalArgumentException if there is an unpaired surrogate: encoders would silently write a question mark
     */
    static int length(String what, String text) {
        int i = asciiPrefix(text); // nearly always all of it
        int bytes = i;
        while (i < text.length()) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "%s is valid Unicode, got an unpaired surrogate U+%X at %d", what, codePoint, i));
            }
            bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            i += Character.charCount(codePoint);
        }
        return bytes;
    }

    private static int asciiPrefix(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) < 0x80) {
            i++;
        }
        return i;
    }
}
