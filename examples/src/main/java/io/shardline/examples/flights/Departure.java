package io.shardline.examples.flights;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;

/**
 * One line of the file, and the record that carries it: {@code number,line}.
 *
 * <p>The number makes each record unique, so that a consumer can tell the first occurrence from the second. Immutable.
 *
 * @param number its place in the file, from 0
 * @param csv the line as it stands in the file
 * @param origin the airport it leaves from
 * @param delayMinutes how late it was; early is negative
 */
record Departure(int number, String csv, String origin, int delayMinutes) {

    /** The first line of every file of this shape. */
    static final String HEADER = "scheduled,origin,destination,delay_minutes,distance_miles";

    /** The origin is the partition key, and that is the most the service takes of one. */
    private static final int MOST_ORIGIN_LENGTH = 256;

    private static final int FIELDS = 5;

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if a field is missing or is not what the header says
     */
    static Departure parse(int number, String csv) {
        String[] fields = csv.split(",", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("a departure has " + FIELDS + " fields, got " + fields.length);
        }
        requireTime(fields[0]);
        requireAirport("origin", fields[1]);
        requireAirport("destination", fields[2]);
        int delayMinutes = wholeNumber("delay_minutes", fields[3]);
        wholeNumber("distance_miles", fields[4]);
        return new Departure(number, csv, fields[1], delayMinutes);
    }

    /** The departure that {@link #toBytes} wrote. */
    static Departure fromBytes(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        int comma = text.indexOf(',');
        return parse(wholeNumber("number", text.substring(0, comma)), text.substring(comma + 1));
    }

    /** What is put into the stream. */
    byte[] toBytes() {
        return (number + "," + csv).getBytes(StandardCharsets.UTF_8);
    }

    private static void requireTime(String text) {
        try {
            LocalDateTime.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("scheduled is a time like 2001-01-31T23:59, got '" + text + "'", e);
        }
    }

    private static void requireAirport(String field, String text) {
        if (text.isBlank() || text.length() > MOST_ORIGIN_LENGTH) {
            throw new IllegalArgumentException(
                    field + " has 1 to " + MOST_ORIGIN_LENGTH + " characters, got '" + text + "'");
        }
    }

    private static int wholeNumber(String field, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(field + " is a whole number, got '" + text + "'", e);
        }
    }
}
