package io.shardline.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.KinesisEmulator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lines that {@code put} takes and gives. */
@Timeout(60)
class PutTest {

    private static final String STREAM = "s";

    private final Captured captured = new Captured();

    @Test
    void everyRecordHasItsLineInTheOrderOfTheRecords() throws IOException {
        int records = 2 * AnswerLines.MOST_UNANSWERED;
        String input = IntStream.range(0, records)
                .mapToObj(i -> "key-" + i % 7 + "\tdata\t" + i)
                .collect(Collectors.joining("\n"));

        assertThat(put(input, STREAM)).isEqualTo(Tool.DONE);
        assertThat(captured.err()).containsExactly("put: " + records + " records, 0 failed");
        List<String> lines = captured.out();
        assertThat(lines).hasSize(records).allMatch(line -> line.matches("shardId-0+[01]\t\\d+\t\\d+\t1"));
        for (int key = 0; key < 7; key++) {
            int first = key;
            List<String> shards = IntStream.range(0, records)
                    .filter(i -> i % 7 == first)
                    .mapToObj(i -> lines.get(i).substring(0, 20))
                    .distinct()
                    .toList();
            assertThat(shards).as("shards of a key").hasSize(1);
        }
    }

    @Test
    void aRecordThatFailsHasALineThatSaysWhyAndMakesTheExitCodeOne() throws IOException {
        assertThat(put("a\tb\nc\td\n", "no-stream")).isEqualTo(Tool.SOME_FAILED);
        assertThat(captured.out())
                .hasSize(2)
                .allMatch(line ->
                        line.startsWith("error\tSTREAM_NOT_FOUND\tnot-written\t") && line.contains("no-stream"));
        assertThat(captured.err()).containsExactly("put: 2 records, 2 failed");
    }

    @Test
    void whatStandsBeforeAMalformedLineIsPutAndTheLineIsNamed() throws IOException {
        assertThat(put("a\tb\nno tab here\nc\td\n", STREAM)).isEqualTo(Tool.BAD_INPUT);
        assertThat(captured.out()).hasSize(1);
        assertThat(captured.err())
                .containsExactly(
                        "put: 1 records, 0 failed", "put: line 2: there is no tab between partition key and data");
    }

    @Test
    void aKeyThatIsNoneIsMalformedToo() throws IOException {
        assertThat(put("\tb\n", STREAM)).isEqualTo(Tool.BAD_INPUT);
        assertThat(captured.out()).isEmpty();
        assertThat(captured.err().get(1)).startsWith("put: line 1: ").contains("partition");
    }

    @Test
    void nothingIsNothing() throws IOException {
        assertThat(put("", STREAM)).isEqualTo(Tool.DONE);
        assertThat(captured.out()).isEmpty();
    }

    private int put(String input, String stream) throws IOException {
        ProducerConfig config =
                ProducerConfig.builder().linger(Duration.ofMillis(5)).build();
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream(STREAM, 2);
            try (ShardlineProducer producer = ShardlineProducer.builder()
                    .client(kinesis.client())
                    .config(config)
                    .build()) {
                return new Put(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), captured.streams())
                        .putAll(producer, stream);
            }
        }
    }
}
