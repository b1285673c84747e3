package io.shardline.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardline.examples.tools.Reshard;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * Three workers on a stream that is split, of which one is frozen, one killed and one stopped, while {@code put} puts.
 *
 * <p>Confined to one thread.
 */
final class FleetRun implements AutoCloseable {

    private static final int SHARDS = 4;
    /** After so long what a process had sent before it was ended has arrived. */
    private static final Duration UNDER_WAY = Duration.ofMillis(500);

    private static final double MILLIS = 1e3;

    private final FleetWorld world;
    private final Duration leaseDuration;
    private final List<String> measured = new ArrayList<>();
    private final SortedMap<String, SortedMap<String, Spot>> killed = new TreeMap<>();
    private final SortedMap<String, SortedMap<String, Spot>> frozen = new TreeMap<>();

    FleetRun(FleetWorld.Place place, Duration leaseDuration) {
        this.leaseDuration = leaseDuration;
        this.world = new FleetWorld(place, SHARDS, "--delay-per-record 2ms --lease-duration " + leaseDuration);
        for (int i = 1; i <= 3; i++) {
            world.start("w" + i);
        }
    }

    /** All of it. */
    void run() throws InterruptedException, ExecutionException, IOException {
        List<WorkerProcess> workers = world.workers();
        world.untilEachHasAShard();
        String parent = "shardId-000000000001";
        List<String> children = split(parent);
        freezeAndThaw(workers.get(2));
        kill(workers.get(0));
        stop(workers.get(1), workers.get(2));
        List<String> answers = world.handleTheRest();
        world.stop(workers.get(2));
        check(answers, parent, children);
    }

    /** What was measured, a line each. */
    List<String> measured() {
        return measured;
    }

    private List<String> split(String parent) {
        List<String> children = world.run("reshard", Reshard.class, "--split " + parent).stream()
                .filter(line -> line.endsWith("\t" + parent))
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
        assertThat(children).hasSize(2);
        for (String child : children) {
            world.until("a worker has started " + child, () -> anyStarted(child, Instant.EPOCH));
        }
        return children;
    }

    /** For twice the lease duration; the others have its shards meanwhile, and it gets others when it is back. */
    private void freezeAndThaw(WorkerProcess worker) {
        world.until(
                "the worker to be frozen has a shard",
                () -> !world.table().checkpointsOf(worker.name()).isEmpty());
        Instant frozenAt = Instant.now();
        worker.program().freeze();
        SortedMap<String, Spot> held = heldNow(worker);
        frozen.put(worker.name(), held);
        assertThat(held).as("shards of the worker that is frozen").isNotEmpty();
        for (String shard : held.keySet()) {
            world.until("another worker has started " + shard, () -> anyStarted(shard, frozenAt));
        }
        world.until("two lease durations", () -> Instant.now().isAfter(frozenAt.plus(leaseDuration.multipliedBy(2))));
        Instant thawed = Instant.now();
        worker.program().thaw();
        world.until(
                "its session is over", () -> worker.said("session-over", thawed).isPresent());
        Instant over = worker.said("session-over", thawed).orElseThrow();
        world.until(
                "it has a shard again", () -> worker.said("shard-started", over).isPresent());
        Instant back = worker.said("lease-taken", over).orElseThrow();
        List<Handled> late = Handled.in(List.of(worker.file())).stream()
                .filter(record -> record.at().isAfter(thawed) && record.at().isBefore(back))
                .toList();
        assertThat(late.stream().map(record -> record.place().shard()))
                .as("a late line is of the record it was busy with, one a shard: %s", late)
                .doesNotHaveDuplicates();
        measured.add("thawed after " + seconds(frozenAt, thawed) + ": session over after " + seconds(thawed, over)
                + ", a shard again after " + seconds(thawed, back) + ", " + late.size() + " late lines");
    }

    private void kill(WorkerProcess worker) {
        world.until(
                "the worker to be killed has a shard",
                () -> !world.table().checkpointsOf(worker.name()).isEmpty());
        Instant killedAt = Instant.now();
        world.ends(worker);
        worker.program().kill();
        SortedMap<String, Spot> held = heldNow(worker);
        killed.put(worker.name(), held);
        for (String shard : held.keySet()) {
            world.until(shard + " is handled again", () -> handledAgain(shard, killedAt).length > 0);
            measured.add(
                    "killed: " + shard + " handled again after " + seconds(killedAt, handledAgain(shard, killedAt)[0]));
        }
    }

    private Instant[] handledAgain(String shard, Instant since) {
        return world.handled().stream()
                .filter(record ->
                        record.place().shard().equals(shard) && record.at().isAfter(since))
                .map(Handled::at)
                .toArray(Instant[]::new);
    }

    private void stop(WorkerProcess worker, WorkerProcess heir) {
        world.until(
                "the worker to be stopped has a shard",
                () -> !world.table().checkpointsOf(worker.name()).isEmpty());
        SortedMap<String, Spot> held = world.table().checkpointsOf(worker.name());
        Instant told = Instant.now();
        world.stop(worker);
        measured.add("stopped: ended after " + seconds(told, Instant.now()));
        for (String shard : held.keySet()) {
            world.until(
                    "its heir has started " + shard,
                    () -> heir.started(shard, told).isPresent());
            Instant started = heir.started(shard, told).orElseThrow();
            world.until(
                    "its heir has handled " + shard,
                    () -> !handledBy(heir, shard, told).isEmpty());
            Instant last = handledBy(worker, shard, Instant.EPOCH).stream().reduce(told, (before, at) -> at);
            measured.add("stopped: " + shard + " started elsewhere after " + seconds(told, started)
                    + ", between its last record here and its first one there "
                    + seconds(last, handledBy(heir, shard, told).get(0)));
        }
    }

    private List<Instant> handledBy(WorkerProcess worker, String shard, Instant since) {
        return world.handled().stream()
                .filter(record -> record.worker().equals(worker.name())
                        && record.place().shard().equals(shard)
                        && record.at().isAfter(since))
                .map(Handled::at)
                .toList();
    }

    private void check(List<String> answers, String parent, List<String> children) {
        FleetChecks checks = new FleetChecks(world.handled(), losses());
        checks.assertNothingAcknowledgedIsLost(answers);
        checks.assertFirstOccurrencesAreInOrder();
        checks.assertParentBeforeChildren(parent, children);
        SortedMap<String, Integer> again = checks.assertDuplicatesAreExplained();
        int putAgain = checks.assertOnlyWhatWasPutAgainIsThereTwice(answers);
        assertThat(world.table().wentBack())
                .as("counters and checkpoints that went back")
                .isEmpty();
        measured.add(answers.size() + " records, lease duration " + leaseDuration + ", handled again: " + again
                + ", put again: " + putAgain);
    }

    private Map<String, FleetChecks.Losses> losses() {
        Map<String, FleetChecks.Losses> losses = new HashMap<>(world.losses());
        losses.replaceAll((worker, byLog) -> {
            boolean saysSo = frozen.containsKey(worker);
            SortedMap<String, Spot> held = saysSo ? frozen.get(worker) : killed.get(worker);
            return held == null ? byLog : new FleetChecks.Losses(byLog.byLog(), held, saysSo);
        });
        return losses;
    }

    private SortedMap<String, Spot> heldNow(WorkerProcess worker) {
        await().pollDelay(UNDER_WAY).until(() -> true);
        return world.table().checkpointsOf(worker.name());
    }

    private boolean anyStarted(String shard, Instant since) {
        return world.workers().stream()
                .anyMatch(worker -> worker.started(shard, since).isPresent());
    }

    private static String seconds(Instant from, Instant to) {
        return String.format(Locale.ROOT, "%.2f s", Duration.between(from, to).toMillis() / MILLIS);
    }

    @Override
    public void close() {
        world.close();
    }
}
