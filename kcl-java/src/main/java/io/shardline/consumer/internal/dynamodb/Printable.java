package io.shardline.consumer.internal.dynamodb;

/**
 * What others have written to the table, as it may stand in a log: on one line, and not longer than a line.
 *
 * <p>Thread-safe: it holds nothing.
 */
final class Printable {

    static final int MAX_LENGTH = 200;

    private Printable() {}

    /** The text, cut and with escapes for what is not printed. */
    static String of(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().limit(MAX_LENGTH).forEach(c -> {
            if (isPlain(c)) {
                shown.append((char) c);
            } else {
                shown.append("\\u%04x".formatted(c));
            }
        });
        return text.length() <= MAX_LENGTH
                ? shown.toString()
                : shown.append("... (")
                        .append(text.length())
                        .append(" characters)")
                        .toString();
    }

    /** Whether it is as it would be shown. */
    static boolean isPlain(String text) {
        return text.length() <= MAX_LENGTH && text.chars().allMatch(Printable::isPlain);
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
