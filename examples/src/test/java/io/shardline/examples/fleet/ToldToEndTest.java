package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.BadService;
import io.shardline.examples.LocalServices;
import io.shardline.examples.tools.CreateStream;
import io.shardline.examples.tools.Worker;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is told to end before it has started says so and ends. Confined to one thread. */
@Tag("processes")
@DisabledOnOs(OS.WINDOWS) // it has no SIGTERM
class ToldToEndTest {

    private static final int TOLD_TO_END = 128 + 15;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whileItLooksForItsStream() {
        try (BadService kinesis = BadService.silent()) {
            assertThat(saidWhenToldToEnd(kinesis.endpoint(), kinesis.endpoint(), "starting"))
                    .endsWith("stopped before it had joined");
        }
    }

    @Test
    void whileItWaitsForItsLeaseTable() {
        URI kinesis = LocalServices.kinesis();
        try (Program create = Program.start(
                        folder, "create", CreateStream.class, "--stream told-to-end --shards 1 --endpoint " + kinesis);
                BadService dynamoDb = BadService.silent()) {
            assertThat(create.awaitEnd(FleetWorld.LIMIT)).isZero();
            assertThat(saidWhenToldToEnd(kinesis, dynamoDb.endpoint(), "joining"))
                    .contains(" stopping")
                    .endsWith(" stopped");
        }
    }

    /** What it said, in one line, from the words on at which it was told to end. */
    private String saidWhenToldToEnd(URI kinesis, URI dynamoDb, String words) {
        try (Program worker = Program.start(
                folder,
                "worker",
                Worker.class,
                "--stream told-to-end --application told-to-end --from LATEST --endpoint " + kinesis
                        + " --dynamodb-endpoint " + dynamoDb)) {
            await().atMost(FleetWorld.LIMIT).until(() -> worker.err().stream().anyMatch(line -> line.contains(words)));
            worker.terminate();
            assertThat(worker.awaitEnd(FleetWorld.LIMIT)).isEqualTo(TOLD_TO_END);
            assertThat(worker.err()).noneMatch(line -> line.startsWith("worker: ") || line.contains("Exception"));
            return String.join(" ", worker.err());
        }
    }
}
