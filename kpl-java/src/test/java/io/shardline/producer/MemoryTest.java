package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The memory budget is true: a producer that is filled at full speed while its endpoint stands still has no more alive than its
 * budget, and beside it the bodies of its requests in flight. As in production, CBOR and order per key, and as to some emulators.
 * In a JVM of its own, so that nothing else is counted.
 */
@Timeout(120)
class MemoryTest {

    private static final int MIB = 1024 * 1024;
    private static final int BUDGET = 12 * MIB;
    private static final int IN_FLIGHT = 4;
    private static final int SHARDS = 8;

    /** See {@link MemoryProbe}: to each a record is put before the endpoint stands still. */
    private static final int STREAMS = 4;

    /** How the client speaks, and what {@link ProducerConfig.Builder#memoryBudget} states for a request in flight. Immutable. */
    enum Encoding {
        CBOR(MIB),
        JSON(2 * MIB);

        private final long largestBody;

        Encoding(long largestBody) {
            this.largestBody = largestBody;
        }
    }

    @ParameterizedTest(name = "{0}, {1}, {2} bytes and {3} headers")
    @CsvSource({
        "CBOR,PER_KEY,0,0",
        "CBOR,PER_KEY,100,0",
        "CBOR,PER_KEY,100,10",
        "CBOR,PER_KEY,10240,0",
        "JSON,NONE,0,0",
        "JSON,NONE,100,0",
        "JSON,NONE,100,10",
        "JSON,NONE,10240,0"
    })
    void liveHeapStaysInTheBudgetAndNothingIsLost(Encoding encoding, Ordering ordering, int size, int headers)
            throws Exception {
        try (LoopbackKinesis kinesis = new LoopbackKinesis(null, SHARDS)) {
            Process probe = start(encoding, kinesis.address(), size, BUDGET, IN_FLIGHT, headers, ordering);
            BufferedReader said = probe.inputReader(StandardCharsets.UTF_8);
            assertThat(said.readLine()).isEqualTo("hold");
            kinesis.hold();
            tell(probe);
            long records = Long.parseLong(said.readLine());
            long inFlight = Long.parseLong(said.readLine());
            long live = Long.parseLong(said.readLine());
            kinesis.release();
            tell(probe);
            long stored = Long.parseLong(said.readLine());
            long outstanding = Long.parseLong(said.readLine());
            assertThat(probe.waitFor()).isZero();

            assertThat(inFlight).isEqualTo(IN_FLIGHT);
            assertThat(live).isLessThan(BUDGET + IN_FLIGHT * encoding.largestBody);
            assertThat(records).isGreaterThan(500);
            assertThat(stored).isEqualTo(records);
            assertThat(outstanding).isZero();
            assertThat(kinesis.stored).hasSize((int) records + STREAMS);
        }
    }

    private static void tell(Process probe) throws Exception {
        probe.getOutputStream().write('\n');
        probe.getOutputStream().flush();
    }

    /** @param arguments of {@link MemoryProbe} */
    private static Process start(Encoding encoding, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Daws.cborEnabled=" + (encoding == Encoding.CBOR),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryProbe.class.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
