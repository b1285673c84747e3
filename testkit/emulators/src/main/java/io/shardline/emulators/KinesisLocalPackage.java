package io.shardline.emulators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Installs the npm package that the lock file pins, once per module.
 *
 * <p>Stateless; not for two processes at a time.
 */
final class KinesisLocalPackage {

    /** What makes it listen on the loopback interface alone. */
    static final String LOOPBACK = "loopback.cjs";

    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(2);

    private static final List<String> FILES = List.of("package.json", "package-lock.json", LOOPBACK);

    /** Written when all is there. */
    private static final String INSTALLED = "installed";

    private KinesisLocalPackage() {}

    /** Why it cannot be had. Immutable. */
    static final class NotInstalledException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        NotInstalledException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Installs it if that was not done yet; the folder with its {@code main.js}.
     *
     * @throws NotInstalledException if Node or npm is missing, or npm cannot get it; in a line
     */
    static Path install() {
        Path folder = Target.folder("kinesis-local");
        Path installed = folder.resolve("node_modules").resolve("kinesis-local");
        try {
            if (!isCurrent(folder)) {
                run(folder, "node", "--version");
                for (String file : FILES) {
                    Files.write(folder.resolve(file), resource(file));
                }
                Files.deleteIfExists(folder.resolve(INSTALLED));
                run(folder, npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund");
                Files.copy(folder.resolve(LOOPBACK), installed.resolve(LOOPBACK), StandardCopyOption.REPLACE_EXISTING);
                Files.write(folder.resolve(INSTALLED), stamp());
            }
            return installed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCurrent(Path folder) throws IOException {
        Path installed = folder.resolve(INSTALLED);
        return Files.exists(installed) && Arrays.equals(Files.readAllBytes(installed), stamp());
    }

    /** Another lock file or another preload is another installation. */
    private static byte[] stamp() throws IOException {
        ByteArrayOutputStream stamp = new ByteArrayOutputStream();
        for (String file : FILES) {
            stamp.writeBytes(resource(file));
        }
        return stamp.toByteArray();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream resource =
                Objects.requireNonNull(KinesisLocalPackage.class.getResourceAsStream("kinesis-local/" + name), name)) {
            return resource.readAllBytes();
        }
    }

    private static String npm() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows") ? "npm.cmd" : "npm";
    }

    private static void run(Path folder, String... command) {
        Path log = Target.logOf("npm");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(INSTALL_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                throw new NotInstalledException(
                        String.join(" ", command) + " took more than " + INSTALL_LIMIT.toSeconds() + " s", null);
            }
            if (process.exitValue() != 0) {
                throw new NotInstalledException(
                        String.join(" ", command) + " failed with exit code " + process.exitValue() + ", see " + log,
                        null);
            }
        } catch (IOException e) {
            throw new NotInstalledException("'" + command[0] + "' cannot be run; install Node 18 or newer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotInstalledException("interrupted", e);
        }
    }
}
