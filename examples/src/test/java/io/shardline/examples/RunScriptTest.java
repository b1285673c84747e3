package io.shardline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code examples/run} does before it builds anything. Confined to one thread. */
@DisabledOnOs(OS.WINDOWS)
class RunScriptTest {

    private static final String SCRIPT = Path.of("run").toAbsolutePath().toString();

    @TempDir
    private Path elsewhere = Path.of("");

    /** What the script printed and returned. */
    private record Run(int exitCode, String out, String err) {}

    @Test
    void withoutANameItListsTheExamples() throws IOException, InterruptedException {
        Run run = run(Map.of());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Usage: examples/run NAME").contains("\n  flights  ");
        assertThat(run(Map.of(), "--help")).isEqualTo(run);
    }

    @Test
    void anUnknownNameIsNamedWithTheListAndExitCodeTwo() throws IOException, InterruptedException {
        Run run = run(Map.of(), "trains");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("there is no example 'trains'").contains("\n  flights  ");
    }

    @Test
    void aJavaThatIsMissingIsNamed() throws IOException, InterruptedException {
        Run run = run(Map.of("JAVA_HOME", "/nowhere"), "flights");
        assertThat(run.exitCode()).isEqualTo(127);
        assertThat(run.err()).contains("no Java: '/nowhere/bin/java' is not there");
    }

    @Test
    void aJavaThatIsTooOldIsNamedWithItsVersion() throws IOException, InterruptedException {
        Path java = Files.createDirectories(elsewhere.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Run run = run(Map.of("JAVA_HOME", elsewhere.toString()), "flights");
        assertThat(run.exitCode()).isEqualTo(127);
        assertThat(run.err()).contains("Java 17 or newer is needed").contains(" is 8;");
    }

    private Run run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT));
        command.addAll(List.of(arguments));
        Path out = elsewhere.resolve("out");
        Path err = elsewhere.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(elsewhere.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        int exitCode = builder.start().waitFor();
        return new Run(
                exitCode, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
