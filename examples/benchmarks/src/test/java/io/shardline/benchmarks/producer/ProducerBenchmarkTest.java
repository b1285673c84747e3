package io.shardline.benchmarks.producer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** That the benchmark runs. A run in which sink and futures do not agree about what was put ends with an error. */
class ProducerBenchmarkTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--contenders=shardline",
                "--contenders=shardline --http=NETTY_HTTP1",
                "--contenders=shardline --plain --http=CRT"
            })
    void quickRunsOfOursEndWell(String options) {
        String[] arguments = ("--quick --keys=100 --aggregate=51200 " + options).split(" ", -1);
        CommandLine program = new CommandLine(new ProducerBenchmark()).setCaseInsensitiveEnumValuesAllowed(true);
        assertThat(program.execute(arguments)).isZero();
    }
}
