package io.shardline.emulators;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder for what builds and tests leave behind, in the module whose tests run.
 *
 * <p>Stateless.
 */
final class Target {

    private Target() {}

    /** A folder in it, which exists when this returns. */
    static Path folder(String name) {
        try {
            return Files.createDirectories(Path.of("target", name).toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new file for what a process has to say on its standard error. */
    static Path logOf(String name) {
        try {
            return Files.createTempFile(folder("emulators"), name + "-", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
