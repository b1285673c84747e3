package io.shardline.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the programs for scripts say to wrong options, and to services that are not there. */
@Timeout(60)
class ToolOptionsTest {

    private static final String NOBODY = "http://127.0.0.1:1";

    private final Captured captured = new Captured();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put",
                "put --stream s --endpoint localhost:4566",
                "put --stream s --endpoint ftp://localhost",
                "worker --stream s --application a",
                "worker --stream s --application a --from HERE",
                "worker --stream s --application a --from LATEST --lease-duration soon",
                "worker --stream s --application a --from LATEST --lease-duration 1ms",
                "create-stream --stream s --shards 0",
                "create-stream --stream s --shards many",
                "reshard --stream s",
                "reshard --stream s --merge a",
                "reshard --stream s --merge a,b --split c"
            })
    void aWrongOptionIsOneLineAndExitCodeTwo(String command) {
        assertThat(run(command)).isEqualTo(Tool.BAD_OPTION);
        assertThat(captured.out()).isEmpty();
        assertThat(captured.err()).hasSize(1);
        assertThat(captured.err().get(0))
                .startsWith(command.split(" ", -1)[0] + ": ")
                .endsWith(" (--help lists the options)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put --stream s",
                "worker --stream s --application a --from LATEST",
                "create-stream --stream s",
                "reshard --stream s --split a"
            })
    void aServiceThatRefusesConnectionsIsNamedInOneLineWithExitCodeFour(String command) {
        assertThat(run(command + " --endpoint " + NOBODY)).isEqualTo(Tool.FAILED);
        assertThat(captured.err().stream().filter(line -> !line.contains(" starting stream=")))
                .containsExactly(command.split(" ", -1)[0] + ": Kinesis at " + NOBODY
                        + " (region us-east-1) cannot be reached: Connection refused; check --endpoint,"
                        + " --region and whether it is running");
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "worker", "create-stream", "reshard"})
    void helpListsOptionsAndExitCodes(String program) {
        assertThat(run(program + " --help")).isZero();
        assertThat(String.join("\n", captured.out()))
                .startsWith("Usage: examples/run " + program)
                .contains("--endpoint", "--region", "--stream", "Exit codes:");
    }

    private int run(String command) {
        String[] words = command.split(" ", -1);
        String[] options = Arrays.copyOfRange(words, 1, words.length);
        InputStream nothing = new ByteArrayInputStream(new byte[0]);
        return switch (words[0]) {
            case "put" -> Put.run(nothing, captured.streams(), options);
            case "worker" -> Worker.run(captured.streams(), options);
            case "create-stream" -> CreateStream.run(captured.streams(), options);
            default -> Reshard.run(captured.streams(), options);
        };
    }
}
