package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.tools.CreateStream;
import io.shardline.examples.tools.Put;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/**
 * A stream that {@code put} puts into, and workers on it, each a process.
 *
 * <p>Confined to one thread.
 */
final class FleetWorld implements AutoCloseable {

    /** After so long a wait is taken to hang. It bounds nothing that is promised: those bounds are in what the logs say. */
    static final Duration LIMIT = Duration.ofMinutes(10);

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int TOLD_TO_END = 128 + 15;

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final Path folder;
    private final String kinesis;
    private final String workerOptions;
    private final LeaseTableWatch table;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Set<WorkerProcess> ended = new HashSet<>();
    private final Program put;
    private final Feed feed;

    /**
     * Where everything is.
     *
     * @param name of the stream and of the application
     */
    record Place(Path folder, String name, URI kinesis, URI dynamoDb) {}

    FleetWorld(Place place, int shards, String workerOptions) {
        this.folder = place.folder();
        this.kinesis = "--stream " + place.name() + " --endpoint " + place.kinesis();
        this.workerOptions = this.kinesis + " --dynamodb-endpoint " + place.dynamoDb() + " --application "
                + place.name() + " --from TRIM_HORIZON " + workerOptions;
        this.table = new LeaseTableWatch(place.dynamoDb(), place.name(), scheduler);
        run("create-stream", CreateStream.class, "--shards " + shards);
        this.put = Program.start(folder, "put", Put.class, this.kinesis);
        this.feed = new Feed(put, scheduler);
    }

    /** One more worker. */
    WorkerProcess start(String name) {
        WorkerProcess worker = new WorkerProcess(folder, name, workerOptions);
        workers.add(worker);
        return worker;
    }

    List<WorkerProcess> workers() {
        return workers;
    }

    LeaseTableWatch table() {
        return table;
    }

    /** A worker that has ended from now on, or will soon. */
    void ends(WorkerProcess worker) {
        ended.add(worker);
    }

    /** Tells a worker to end, and waits until it has. */
    void stop(WorkerProcess worker) {
        ends(worker);
        worker.program().terminate();
        assertThat(worker.program().awaitEnd(LIMIT)).as("%s", worker.log()).isEqualTo(TOLD_TO_END);
    }

    /** What the workers have handled so far. */
    List<Handled> handled() {
        return Handled.in(workers.stream().map(WorkerProcess::file).toList());
    }

    /** How each worker lost shards without handing them over, by its log. */
    Map<String, FleetChecks.Losses> losses() {
        return workers.stream()
                .collect(Collectors.toMap(
                        WorkerProcess::name,
                        worker -> new FleetChecks.Losses(worker.losses(), Collections.emptySortedMap(), false)));
    }

    /** Ends the feed, waits until all of it is handled, and gives the answers to each record. */
    List<String> handleTheRest() throws InterruptedException, ExecutionException, IOException {
        int records = feed.stop(scheduler);
        assertThat(put.awaitEnd(LIMIT)).as("exit code of put, %s", put.err()).isZero();
        List<String> answers = put.out();
        assertThat(answers).hasSize(records);
        until(
                "all is handled",
                () -> handled().stream().mapToInt(Handled::number).distinct().count() >= records);
        return answers;
    }

    /** Runs a tool at the stream, and gives what it printed. */
    List<String> run(String name, Class<?> main, String options) {
        try (Program program = Program.start(folder, name, main, kinesis + " " + options)) {
            assertThat(program.awaitEnd(LIMIT))
                    .as("%s: %s", name, program.err())
                    .isZero();
            return program.out();
        }
    }

    /** Fails at once, with what it said, if a worker has ended that nobody has ended. */
    void until(String what, Callable<Boolean> done) {
        await(what).atMost(LIMIT).pollInterval(LOOK).until(() -> {
            for (WorkerProcess worker : workers) {
                Program program = worker.program();
                assertThat(ended.contains(worker) || program.isAlive())
                        .as("%s lives while waiting until %s; it said %s", worker.name(), what, program.err())
                        .isTrue();
            }
            return done.call();
        });
    }

    /** Waits until every worker has started a shard. */
    void untilEachHasAShard() {
        for (WorkerProcess worker : workers) {
            until(
                    "each worker has a shard",
                    () -> worker.said("shard-started", Instant.EPOCH).isPresent());
        }
    }

    @Override
    public void close() {
        workers.forEach(WorkerProcess::close);
        put.close();
        scheduler.shutdownNow();
        table.close();
    }
}
