package io.shardline.examples.flights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Gives the departures of a file one by one, and says in which line the file is malformed.
 *
 * <p>Confined to one thread at a time.
 */
final class DepartureReader implements AutoCloseable {

    /** A longer line is no departure, and the file perhaps no text; it must not fill the memory. */
    static final int MOST_LINE_LENGTH = 500;

    private static final int HEADER_LINES = 1;

    private final Path path;
    private final BufferedReader text;
    private final StringBuilder buffer = new StringBuilder();
    private long lineNumber;

    private DepartureReader(Path path, BufferedReader text) {
        this.path = path;
        this.text = text;
    }

    /**
     * Opens the file and reads its header.
     *
     * @throws InputException if it has another one
     */
    static DepartureReader open(Path path) throws IOException {
        // Not Files.newBufferedReader: that fails at bytes which are not UTF-8 without saying where.
        BufferedReader text =
                new BufferedReader(new InputStreamReader(Files.newInputStream(path), StandardCharsets.UTF_8));
        DepartureReader reader = new DepartureReader(path, text);
        String header = reader.readLine();
        if (!Departure.HEADER.equals(header)) {
            reader.close();
            throw InputException.malformed(
                    path, 1, header == null ? "" : header, "the header is '" + Departure.HEADER + "'");
        }
        return reader;
    }

    /**
     * The next departure, or null after the last.
     *
     * @throws InputException if the next line is none
     */
    @Nullable
    Departure next() throws IOException {
        String line = readLine();
        if (line == null) {
            return null;
        }
        long number = lineNumber - HEADER_LINES - 1;
        if (number == Integer.MAX_VALUE) {
            throw new InputException(path + ": more than " + Integer.MAX_VALUE + " departures");
        }
        try {
            return Departure.parse((int) number, line);
        } catch (IllegalArgumentException e) {
            throw InputException.malformed(path, lineNumber, line, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        text.close();
    }

    /** The next line without its end, or null if there is none. */
    private @Nullable String readLine() throws IOException {
        lineNumber++;
        buffer.setLength(0);
        int next = text.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (buffer.length() == MOST_LINE_LENGTH) {
                throw malformed("longer than " + MOST_LINE_LENGTH + " characters");
            }
            if (next == '\uFFFD') { // what the decoder makes of anything else
                throw malformed("not UTF-8");
            }
            buffer.append((char) next);
            next = text.read();
        }
        int length = buffer.length();
        boolean windows = length > 0 && buffer.charAt(length - 1) == '\r';
        return buffer.substring(0, windows ? length - 1 : length);
    }

    private InputException malformed(String rule) {
        return InputException.malformed(path, lineNumber, buffer.toString(), rule);
    }
}
