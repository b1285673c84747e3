package io.shardline.examples.tools;

/**
 * Lines of columns with tabs between them; in a column, tabs, line ends and backslashes are {@code \t}, {@code \n},
 * {@code \r} and {@code \\}.
 *
 * <p>Stateless.
 */
final class Columns {

    private Columns() {}

    /** A line without its end. */
    static String line(Object... columns) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.length; i++) {
            if (i > 0) {
                line.append('\t');
            }
            append(line, String.valueOf(columns[i]));
        }
        return line.toString();
    }

    private static void append(StringBuilder line, String column) {
        for (int i = 0; i < column.length(); i++) {
            char c = column.charAt(i);
            switch (c) {
                case '\t' -> line.append("\\t");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\\' -> line.append("\\\\");
                default -> line.append(c);
            }
        }
    }
}
