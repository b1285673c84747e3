package io.shardline.examples.flights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of departures that was read through once, so that every line of it is known to be good.
 *
 * <p>It is never held in memory, however long it is. Immutable.
 *
 * @param path where it is
 * @param departures how many it has, at least 1
 */
record DepartureFile(Path path, int departures) {

    /**
     * Reads the file once.
     *
     * @throws InputException if it can't be read, is malformed, or has no departures
     */
    static DepartureFile check(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(path + ": there is no such file");
        }
        if (!Files.isRegularFile(path)) {
            throw new InputException(path + ": not a regular file, and it is read more than once");
        }
        int departures = 0;
        try (DepartureReader reader = DepartureReader.open(path)) {
            while (reader.next() != null) {
                departures++;
            }
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
        if (departures == 0) {
            throw new InputException(path + ": a header and no departures");
        }
        return new DepartureFile(path, departures);
    }
}
