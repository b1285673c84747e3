package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The memory budget is true: a producer that is filled at full speed while its endpoint stands still has no more alive than its
 * budget, and beside it the bodies of its requests in flight, which the SDK makes. In a JVM of its own, so that nothing else is
 * counted.
 */
@Timeout(120)
class MemoryTest {

    private static final int MIB = 1024 * 1024;
    private static final int BUDGET = 12 * MIB;
    private static final int IN_FLIGHT = 2;

    /** The stated constant: for a request in flight, its body as the SDK makes it. */
    private static final long BODY = 2L * MIB;

    @ParameterizedTest(name = "{0} bytes and {1} headers")
    @CsvSource({"0,0", "100,0", "100,10", "10240,0"})
    void liveHeapStaysInTheBudgetAndNothingIsLost(int size, int headers) throws Exception {
        try (LoopbackKinesis kinesis = new LoopbackKinesis()) {
            Process probe = start(kinesis, size, headers);
            BufferedReader said = probe.inputReader(StandardCharsets.UTF_8);
            assertThat(said.readLine()).isEqualTo("hold");
            kinesis.hold();
            tell(probe);
            long records = Long.parseLong(said.readLine());
            long live = Long.parseLong(said.readLine());
            kinesis.release();
            tell(probe);
            long stored = Long.parseLong(said.readLine());
            long outstanding = Long.parseLong(said.readLine());
            assertThat(probe.waitFor()).isZero();

            assertThat(live).isLessThan(BUDGET + IN_FLIGHT * BODY);
            assertThat(records).isGreaterThan(500);
            assertThat(stored).isEqualTo(records);
            assertThat(outstanding).isZero();
            assertThat(kinesis.stored).hasSize((int) records + 1);
        }
    }

    private static void tell(Process probe) throws Exception {
        probe.getOutputStream().write('\n');
        probe.getOutputStream().flush();
    }

    private static Process start(LoopbackKinesis kinesis, int size, int headers) throws Exception {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Daws.cborEnabled=false",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryProbe.class.getName(),
                        kinesis.address().toString(),
                        String.valueOf(size),
                        String.valueOf(BUDGET),
                        String.valueOf(IN_FLIGHT),
                        String.valueOf(headers)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
