package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/** Where log lines go with and without a provider of SLF4J. */
class LogsTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Logger log =
            new Logs.StandardError("io.shardline.Example", new PrintStream(bytes, true, StandardCharsets.UTF_8));

    @Test
    void withAProviderItsLoggersAreUsed() {
        assertThat(Logs.of(LogsTest.class).getClass().getName()).startsWith("org.slf4j.simple.");
    }

    @Test
    void aProviderThatLogsNothingWasChosen() {
        assertThat(Logs.visible(NOPLogger.NOP_LOGGER, true)).isSameAs(NOPLogger.NOP_LOGGER);
    }

    @Test
    void withoutAProviderWarningsAndErrorsGoToTheStandardError() {
        assertThat(Logs.visible(NOPLogger.NOP_LOGGER, false)).isInstanceOf(Logs.StandardError.class);

        log.info("hidden");
        log.warn("no shard map stream={} code={} message={}", "flights", "NoCredentials", "none found");
        log.error("{} failed", "a callback", new IllegalStateException("why"));

        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("WARN io.shardline.Example - no shard map stream=flights code=NoCredentials"
                        + " message=none found");
        assertThat(lines.get(1)).isEqualTo("ERROR io.shardline.Example - a callback failed");
        assertThat(lines.get(2)).isEqualTo("java.lang.IllegalStateException: why");
    }
}
