package io.shardline.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

/** The lines of the programs for scripts, and what they read from options. */
class ToolLinesTest {

    private static final Instant NOW = Instant.parse("2001-01-31T23:59:00.5Z");

    @TempDir
    private Path folder = Path.of("");

    private final Captured captured = new Captured();

    @Test
    void aColumnNeverEndsALineOrAnotherColumn() {
        assertThat(Columns.line("", "a\tb", "c\nd\r", "e\\t", 5)).isEqualTo("\ta\\tb\tc\\nd\\r\te\\\\t\t5");
    }

    @Test
    void recordsAreAppendedToTheFileLineByLine() throws IOException {
        Path file = Files.writeString(folder.resolve("out"), "before\n");
        ConsumerRecord.Source source = new ConsumerRecord.Source("s", "shardId-000000000001", "123", NOW);
        ConsumerRecord record = ConsumerRecord.entry(source, 4, "DTW", "to LAS\n".getBytes(StandardCharsets.UTF_8));
        RecordLines lines = RecordLines.to(file, captured.streams().out());

        lines.write(NOW, "w1", record);

        String expected = "2001-01-31T23:59:00.500Z\tw1\tshardId-000000000001\t123\t4\tDTW\tto LAS\\n";
        assertThat(Files.readAllLines(file)).containsExactly("before", expected);
        RecordLines.to(null, captured.streams().out()).write(NOW, "w1", record);
        assertThat(captured.out()).containsExactly(expected);
    }

    @Test
    void aRecordThatComesAgainIsCountedByWhereItComesFrom() {
        Repeats repeats = new Repeats();
        repeats.note(record("shardId-000000000000", "1", "DTW"));
        repeats.note(record("shardId-000000000000", "1", "DTW"));
        repeats.note(record("shardId-000000000000", "2", "DTW"));
        repeats.note(record("shardId-000000000001", "2", "DTW"));
        repeats.note(record("shardId-000000000001", "2", "LAS"));

        assertThat(repeats).hasToString("handled=5 taken-again=1 put-again=2");
    }

    private static ConsumerRecord record(String shardId, String sequenceNumber, String key) {
        ConsumerRecord.Source source = new ConsumerRecord.Source("s", shardId, sequenceNumber, NOW);
        return ConsumerRecord.plain(source, key, "to LAS".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theLogSaysWhatComesAndGoes() {
        EventLog log = new EventLog(captured.streams().err(), () -> NOW, "w1");
        log.on(new ConsumerEvent.LeaseTaken("shard-1", 7));
        log.on(new ConsumerEvent.LeaseGiven("shard-1", "w2@1"));
        log.on(new ConsumerEvent.LeaseGiven("shard-1", ""));
        log.on(new ConsumerEvent.LeaseLost("shard-1", "because"));
        log.on(new ConsumerEvent.ShardStarted("shard-1"));
        log.on(new ConsumerEvent.ShardEnded("shard-1"));
        log.on(new ConsumerEvent.ReadFailed("shard-1", 2, new IllegalStateException("no")));
        String begin = "2001-01-31T23:59:00.500Z worker=w1 ";
        assertThat(captured.err())
                .containsExactly(
                        begin + "lease-taken shard=shard-1 token=7",
                        begin + "lease-handed-over shard=shard-1 to=w2@1",
                        begin + "lease-handed-over shard=shard-1 to=nobody",
                        begin + "lease-lost shard=shard-1 why=because",
                        begin + "shard-started shard=shard-1",
                        begin + "shard-ended shard=shard-1",
                        begin
                                + "event ReadFailed[shardId=shard-1, attempt=2, failure=java.lang.IllegalStateException: no]");
    }

    @Test
    void durationsAreShortOrIso() {
        ShortDuration durations = new ShortDuration();
        assertThat(durations.convert("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(durations.convert("10s")).isEqualTo(Duration.ofSeconds(10));
        assertThat(durations.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(durations.convert("PT1.5S")).isEqualTo(Duration.ofMillis(1_500));
        assertThatThrownBy(() -> durations.convert("soon"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("a duration is like 500ms, 10s or 5m, was 'soon'");
    }

    @Test
    void positionsAreNamesOrTimes() {
        Worker.From positions = new Worker.From();
        assertThat(positions.convert("TRIM_HORIZON")).hasToString("TRIM_HORIZON");
        assertThat(positions.convert("LATEST")).hasToString("LATEST");
        assertThat(positions.convert("2001-01-31T23:59:00.5Z")).hasToString("AT_TIMESTAMP 2001-01-31T23:59:00.500Z");
        assertThatThrownBy(() -> positions.convert("here")).isInstanceOf(TypeConversionException.class);
    }
}
