package io.shardline.examples.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A line of a worker's file: a record that it handled.
 *
 * <p>Immutable.
 */
record Handled(Instant at, String worker, Place place, String key, int number) {

    private static final int COLUMNS = 7;

    /** A record of the stream. Immutable. */
    record Place(String shard, Spot spot) {}

    /** What the workers have handled so far, in the order of time; their clock is the same. */
    static List<Handled> in(List<Path> files) {
        List<Handled> handled = new ArrayList<>();
        try {
            for (Path file : files) {
                if (Files.exists(file)) {
                    String text = Files.readString(file);
                    text.substring(0, text.lastIndexOf('\n') + 1)
                            .lines()
                            .map(Handled::of)
                            .forEach(handled::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        handled.sort(Comparator.comparing(Handled::at));
        return handled;
    }

    private static Handled of(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new AssertionError("a line of a worker's file has " + COLUMNS + " columns: " + line);
        }
        return new Handled(
                Instant.parse(columns[0]),
                columns[1],
                new Place(columns[2], Spot.of(columns[3], columns[4])),
                columns[5],
                Integer.parseInt(columns[6]));
    }
}
