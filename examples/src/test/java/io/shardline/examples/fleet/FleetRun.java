package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.tools.CreateStream;
import io.shardline.examples.tools.Put;
import io.shardline.examples.tools.Reshard;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Three workers on a stream that is split, of which one is frozen, one killed and one stopped, while {@code put} puts.
 *
 * <p>Confined to one thread.
 */
final class FleetRun implements AutoCloseable {

    private static final int SHARDS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(100);

    /** After so long what a process had sent before it was ended has arrived. */
    private static final Duration UNDER_WAY = Duration.ofMillis(500);

    private static final int TOLD_TO_END = 128 + 15;
    private static final double MILLIS = 1e3;

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final Path folder;
    private final Duration leaseDuration;
    private final String kinesis;
    private final LeaseTableWatch table;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Set<WorkerProcess> ended = new HashSet<>();
    private final List<String> measured = new ArrayList<>();
    private final SortedMap<String, SortedMap<String, Spot>> victims = new TreeMap<>();
    private final Program put;
    private final Feed feed;

    FleetRun(Path folder, String name, URI kinesis, URI dynamoDb, Duration leaseDuration) {
        this.folder = folder;
        this.leaseDuration = leaseDuration;
        this.kinesis = "--stream " + name + " --endpoint " + kinesis;
        this.table = new LeaseTableWatch(dynamoDb, name, scheduler);
        run("create-stream", CreateStream.class, "--shards " + SHARDS);
        for (int i = 1; i <= 3; i++) {
            String options = this.kinesis + " --dynamodb-endpoint " + dynamoDb + " --application " + name
                    + " --from TRIM_HORIZON --delay-per-record 2ms --lease-duration " + leaseDuration;
            workers.add(new WorkerProcess(folder, "w" + i, options));
        }
        this.put = Program.start(folder, "put", Put.class, this.kinesis);
        this.feed = new Feed(put, scheduler);
    }

    /** All of it. */
    void run() throws InterruptedException, ExecutionException, IOException {
        for (WorkerProcess worker : workers) {
            until(
                    "each worker has a shard",
                    () -> worker.said("shard-started", Instant.EPOCH).isPresent());
        }
        String parent = "shardId-000000000001";
        List<String> children = split(parent);
        freezeAndThaw(workers.get(2));
        kill(workers.get(0));
        stop(workers.get(1), workers.get(2));
        int records = feed.stop(scheduler);
        assertThat(put.awaitEnd(LIMIT)).as("exit code of put, %s", put.err()).isZero();
        List<String> answers = put.out();
        assertThat(answers).hasSize(records);
        until(
                "all is handled",
                () -> handled().stream().mapToInt(Handled::number).distinct().count() >= records);
        workers.get(2).program().terminate();
        assertThat(workers.get(2).program().awaitEnd(LIMIT)).isEqualTo(TOLD_TO_END);
        check(answers, parent, children);
    }

    /** What was measured, a line each. */
    List<String> measured() {
        return measured;
    }

    private List<String> split(String parent) {
        List<String> children = run("reshard", Reshard.class, "--split " + parent).stream()
                .filter(line -> line.endsWith("\t" + parent))
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
        assertThat(children).hasSize(2);
        for (String child : children) {
            until("a worker has started " + child, () -> anyStarted(child, Instant.EPOCH));
        }
        return children;
    }

    /** For twice the lease duration; the others have its shards meanwhile, and it gets others when it is back. */
    private void freezeAndThaw(WorkerProcess worker) {
        Instant frozen = Instant.now();
        worker.program().freeze();
        SortedMap<String, Spot> held = noteVictim(worker);
        assertThat(held).as("shards of the worker that is frozen").isNotEmpty();
        for (String shard : held.keySet()) {
            until("another worker has started " + shard, () -> anyStarted(shard, frozen));
        }
        until("two lease durations", () -> Instant.now().isAfter(frozen.plus(leaseDuration.multipliedBy(2))));
        Instant thawed = Instant.now();
        worker.program().thaw();
        until("its session is over", () -> worker.said("session-over", thawed).isPresent());
        Instant over = worker.said("session-over", thawed).orElseThrow();
        until("it has a shard again", () -> worker.said("shard-started", over).isPresent());
        Instant back = worker.said("lease-taken", over).orElseThrow();
        List<Handled> late = Handled.in(List.of(worker.file())).stream()
                .filter(record -> record.at().isAfter(thawed) && record.at().isBefore(back))
                .toList();
        assertThat(late.stream().map(record -> record.place().shard()))
                .as("a late line is of the record it was busy with, one a shard: %s", late)
                .doesNotHaveDuplicates();
        measured.add("thawed after " + seconds(frozen, thawed) + ": session over after " + seconds(thawed, over)
                + ", a shard again after " + seconds(thawed, back) + ", " + late.size() + " late lines");
    }

    private void kill(WorkerProcess worker) {
        until(
                "the worker to be killed has a shard",
                () -> !table.checkpointsOf(worker.name()).isEmpty());
        Instant killed = Instant.now();
        ended.add(worker);
        worker.program().kill();
        for (String shard : noteVictim(worker).keySet()) {
            until(shard + " is handled again", () -> handledAgain(shard, killed).length > 0);
            measured.add(
                    "killed: " + shard + " handled again after " + seconds(killed, handledAgain(shard, killed)[0]));
        }
    }

    private Instant[] handledAgain(String shard, Instant since) {
        return handled().stream()
                .filter(record ->
                        record.place().shard().equals(shard) && record.at().isAfter(since))
                .map(Handled::at)
                .toArray(Instant[]::new);
    }

    private void stop(WorkerProcess worker, WorkerProcess heir) {
        until(
                "the worker to be stopped has a shard",
                () -> !table.checkpointsOf(worker.name()).isEmpty());
        SortedMap<String, Spot> held = table.checkpointsOf(worker.name());
        Instant told = Instant.now();
        ended.add(worker);
        worker.program().terminate();
        assertThat(worker.program().awaitEnd(LIMIT)).as("%s", worker.log()).isEqualTo(TOLD_TO_END);
        measured.add("stopped: ended after " + seconds(told, Instant.now()));
        for (String shard : held.keySet()) {
            until(
                    "its heir has started " + shard,
                    () -> heir.started(shard, told).isPresent());
            Instant started = heir.started(shard, told).orElseThrow();
            until(
                    "its heir has handled " + shard,
                    () -> !handledBy(heir, shard, told).isEmpty());
            Instant last = handledBy(worker, shard, Instant.EPOCH).stream().reduce(told, (before, at) -> at);
            measured.add("stopped: " + shard + " started elsewhere after " + seconds(told, started)
                    + ", between its last record here and its first one there "
                    + seconds(last, handledBy(heir, shard, told).get(0)));
        }
    }

    private List<Instant> handledBy(WorkerProcess worker, String shard, Instant since) {
        return handled().stream()
                .filter(record -> record.worker().equals(worker.name())
                        && record.place().shard().equals(shard)
                        && record.at().isAfter(since))
                .map(Handled::at)
                .toList();
    }

    private void check(List<String> answers, String parent, List<String> children) {
        FleetChecks checks = new FleetChecks(handled(), victims);
        checks.assertNothingAcknowledgedIsLost(answers);
        checks.assertFirstOccurrencesAreInOrder();
        checks.assertParentBeforeChildren(parent, children);
        SortedMap<String, Integer> again = checks.assertDuplicatesAreExplained();
        int putAgain = checks.assertPutAgainOnlyAfterTheSplit(answers, children);
        assertThat(table.wentBack())
                .as("counters and checkpoints that went back")
                .isEmpty();
        measured.add(answers.size() + " records, lease duration " + leaseDuration + ", handled again: " + again
                + ", put again: " + putAgain);
    }

    private SortedMap<String, Spot> noteVictim(WorkerProcess worker) {
        await().pollDelay(UNDER_WAY).until(() -> true);
        SortedMap<String, Spot> held = table.checkpointsOf(worker.name());
        victims.put(worker.name(), held);
        return held;
    }

    private boolean anyStarted(String shard, Instant since) {
        return workers.stream().anyMatch(worker -> worker.started(shard, since).isPresent());
    }

    private List<Handled> handled() {
        return Handled.in(workers.stream().map(WorkerProcess::file).toList());
    }

    private List<String> run(String name, Class<?> main, String options) {
        try (Program program = Program.start(folder, name, main, kinesis + " " + options)) {
            assertThat(program.awaitEnd(LIMIT))
                    .as("%s: %s", name, program.err())
                    .isZero();
            return program.out();
        }
    }

    /** Fails at once, with what it said, if a worker has ended that nobody has ended. */
    private void until(String what, Callable<Boolean> done) {
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

    private static String seconds(Instant from, Instant to) {
        return String.format(Locale.ROOT, "%.2f s", Duration.between(from, to).toMillis() / MILLIS);
    }

    @Override
    public void close() {
        workers.forEach(WorkerProcess::close);
        put.close();
        scheduler.shutdownNow();
        table.close();
    }
}
