package io.shardline.emulators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An npm package that a lock file pins, installed once per module whose tests run.
 *
 * <p>Immutable; not for two processes at a time.
 */
public final class NpmPackage {

    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(2);
    private static final List<String> LOCK = List.of("package.json", "package-lock.json");

    /** Written when all is there. */
    private static final String INSTALLED = "installed";

    private final Class<?> owner;
    private final String name;
    private final List<String> scripts;

    /**
     * Names a package.
     *
     * @param owner the class beside which there is a resource folder of the package's name, with its {@code package.json} and
     *     {@code package-lock.json}
     * @param name the package's name
     * @param scripts further files of that folder, which are copied into the installed package
     */
    public NpmPackage(Class<?> owner, String name, String... scripts) {
        this.owner = owner;
        this.name = name;
        this.scripts = List.of(scripts);
    }

    /** Why it cannot be had. Immutable. */
    public static final class NotInstalledException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        NotInstalledException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Why it cannot be installed here, in a line; empty if it can, and then it is. */
    public Optional<String> whyUnavailable() {
        try {
            install();
            return Optional.empty();
        } catch (NotInstalledException e) {
            return Optional.of(name + ": " + e.getMessage());
        }
    }

    /**
     * Installs it if that was not done yet; the folder with its files.
     *
     * @throws NotInstalledException if Node or npm is missing, or npm cannot get it; in a line
     */
    public Path install() {
        Path folder = Target.folder(name);
        Path installed = folder.resolve("node_modules").resolve(name);
        try {
            if (!isCurrent(folder)) {
                run(folder, "node", "--version");
                for (String file : LOCK) {
                    Files.write(folder.resolve(file), resource(file));
                }
                Files.deleteIfExists(folder.resolve(INSTALLED));
                run(folder, npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund");
                for (String script : scripts) {
                    Files.write(installed.resolve(script), resource(script));
                }
                Files.write(folder.resolve(INSTALLED), stamp());
            }
            return installed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isCurrent(Path folder) throws IOException {
        Path installed = folder.resolve(INSTALLED);
        return Files.exists(installed) && Arrays.equals(Files.readAllBytes(installed), stamp());
    }

    /** Another lock file or another preload is another installation. */
    private byte[] stamp() throws IOException {
        ByteArrayOutputStream stamp = new ByteArrayOutputStream();
        for (String file : LOCK) {
            stamp.writeBytes(resource(file));
        }
        for (String script : scripts) {
            stamp.writeBytes(resource(script));
        }
        return stamp.toByteArray();
    }

    private byte[] resource(String file) throws IOException {
        String path = name + "/" + file;
        try (InputStream resource = Objects.requireNonNull(owner.getResourceAsStream(path), path)) {
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
