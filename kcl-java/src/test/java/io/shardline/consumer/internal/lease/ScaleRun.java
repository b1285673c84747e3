package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.Meter.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a fleet goes through: it starts, has nothing to do, loses a third of its workers, and gets twice the leases.
 *
 * <p>Confined to the simulation.
 */
final class ScaleRun {

    private static final Duration STARTING = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofSeconds(1);

    /** So long without a move, and the fleet counts as settled: some algorithms move something once a minute. */
    private static final long QUIET_SECONDS = 180;

    private static final long MOST_SECONDS = 7_200;
    private static final long IDLE_SECONDS = 300;

    private final ScaledFleet fleet;
    private final int workers;
    private final int leases;
    private final List<Phase> phases = new ArrayList<>();

    /**
     * What came of one change.
     *
     * @param heldSeconds until every lease was worked on
     * @param settledSeconds until the last lease had changed hands
     * @param spread by how many leases the workers then differ
     * @param during what it took until then
     * @param heldByLiving the share of the leases that are worked on, second by second
     */
    record Phase(
            String fleet,
            String change,
            long heldSeconds,
            long settledSeconds,
            int spread,
            long moves,
            long rounds,
            Reading during,
            Reading most,
            List<Double> heldByLiving) {}

    ScaleRun(ScaledFleet fleet, int workers, int leases) {
        this.fleet = fleet;
        this.workers = workers;
        this.leases = leases;
    }

    List<Phase> run() {
        fleet.addLeases(leases);
        phase("start", () -> fleet.start(workers, STARTING));
        idle();
        phase("a third dies", () -> fleet.kill(workers / 3));
        phase("twice the leases", () -> fleet.addLeases(leases));
        return phases;
    }

    private void idle() {
        Reading before = fleet.meter.now();
        long moves = fleet.moves();
        fleet.time.advance(Duration.ofSeconds(IDLE_SECONDS));
        Reading idle = fleet.meter.now().since(before);
        phases.add(new Phase(
                fleet.name(), "idle", 0, IDLE_SECONDS, spread(), fleet.moves() - moves, 0, idle, idle, List.of()));
    }

    private void phase(String change, Runnable action) {
        long start = fleet.time.nowNanos();
        long moves = fleet.moves();
        fleet.countRounds();
        Reading before = fleet.meter.now();
        Reading last = before;
        Reading most = new Reading(0, 0, 0);
        List<Reading> readings = new ArrayList<>();
        List<Long> roundsMade = new ArrayList<>();
        List<Double> held = new ArrayList<>();
        action.run();
        long heldSeconds = -1;
        for (long second = 1; second <= MOST_SECONDS; second++) {
            fleet.time.advance(STEP);
            Reading now = fleet.meter.now();
            readings.add(now.since(before));
            roundsMade.add(fleet.rounds());
            most = larger(most, now.since(last));
            last = now;
            held.add((double) Arrays.stream(fleet.held()).sum() / fleet.leases());
            if (held.get(held.size() - 1) >= 1 && heldSeconds < 0) {
                heldSeconds = second;
            }
            if (heldSeconds > 0 && second - settled(start) >= QUIET_SECONDS && second >= heldSeconds + QUIET_SECONDS) {
                break;
            }
        }
        int settled = (int) Math.max(heldSeconds, settled(start));
        phases.add(new Phase(
                fleet.name(),
                change,
                heldSeconds,
                settled,
                spread(),
                fleet.moves() - moves,
                roundsMade.get(settled - 1),
                readings.get(settled - 1),
                most,
                held));
    }

    private long settled(long start) {
        return (Math.max(start, fleet.lastMoveNanos()) - start) / STEP.toNanos() + 1;
    }

    private int spread() {
        int[] held = fleet.held();
        return Arrays.stream(held).max().orElse(0) - Arrays.stream(held).min().orElse(0);
    }

    private static Reading larger(Reading a, Reading b) {
        return new Reading(
                Math.max(a.calls(), b.calls()),
                Math.max(a.writeUnits(), b.writeUnits()),
                Math.max(a.readUnits(), b.readUnits()));
    }
}
