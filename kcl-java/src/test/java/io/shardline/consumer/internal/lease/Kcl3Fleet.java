package io.shardline.consumer.internal.lease;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * The assignment of KCL 3.x: a leader scans, gives what has expired to those who have least, and every third time moves some
 * of what those have who are more than a tenth above the average; workers find by a query of an index what is theirs. All
 * leases have the same throughput here. The leader does not die.
 *
 * <p>Confined to the simulation.
 */
final class Kcl3Fleet extends KclFleet {

    private static final Duration ASSIGNMENT = Duration.ofSeconds(20);
    private static final Duration DISCOVERY = Duration.ofMillis(9_975);
    private static final Duration METRICS = Duration.ofSeconds(30);
    private static final Duration METRICS_LIVE = METRICS.multipliedBy(2);
    private static final int BALANCING = 3;
    private static final double BAND = 0.1;
    private static final double DAMPENING = 0.6;

    /** Of the pool that writes assignments; it has as many threads as the machine has processors. */
    private static final int WRITERS = 4;

    /** A change of the owner moves an entry of the index as well: deleted, and put. */
    private static final int WITH_INDEX = 3;

    private static final int INDEX_ENTRY_BYTES = 150;

    private final Random random = new Random(1);
    private int[] checkpointOwner = new int[0];
    private long runs;
    private long runsBefore;
    private final List<Long> reported = new ArrayList<>();

    @Override
    String name() {
        return "KCL 3.x";
    }

    @Override
    void addLeases(int count) {
        super.addLeases(count);
        int before = checkpointOwner.length;
        checkpointOwner = Arrays.copyOf(checkpointOwner, before + count);
        Arrays.fill(checkpointOwner, before, before + count, NOBODY);
    }

    @Override
    long rounds() {
        return runs - runsBefore;
    }

    @Override
    void countRounds() {
        runsBefore = runs;
    }

    @Override
    void begin(Worker worker) {
        while (reported.size() <= worker.number) {
            reported.add(Long.MIN_VALUE / 2);
        }
        every(worker, METRICS, () -> {
            meter.writes(1);
            reported.set(worker.number, time.nowNanos());
        });
        every(worker, DISCOVERY, () -> discover(worker));
        if (worker.number == 0) {
            after(Duration.ofSeconds(2), () -> assignThenWait(worker));
        }
    }

    /** A renewal that finds a hand-over asked for is repeated without that condition; then the lease goes. */
    @Override
    boolean mayRenew(Worker worker, int lease) {
        if (checkpointOwner[lease] == worker.number) {
            meter.writes(1);
            meter.writes(WITH_INDEX);
            checkpointOwner[lease] = NOBODY;
            counter[lease]++;
            moved();
            return false;
        }
        return owner[lease] == worker.number && checkpointOwner[lease] == NOBODY;
    }

    private void discover(Worker me) {
        int mine = 0;
        for (int lease = 0; lease < owner.length; lease++) {
            if (owner[lease] == me.number) {
                mine++;
                if (checkpointOwner[lease] == NOBODY && !me.held.contains(lease)) {
                    meter.reads(1, 0.5);
                    me.held.add(lease);
                }
            }
        }
        meter.scans((long) mine * INDEX_ENTRY_BYTES, false);
    }

    private int actualOwner(int lease) {
        return checkpointOwner[lease] != NOBODY ? checkpointOwner[lease] : owner[lease];
    }

    private void assignThenWait(Worker leader) {
        runs++;
        leader.scan();
        int[] load = new int[workers.size()];
        List<Integer> expired = new ArrayList<>();
        for (int lease = 0; lease < owner.length; lease++) {
            if (actualOwner(lease) == NOBODY || leader.isOlderThan(lease, 1)) {
                expired.add(lease);
            } else {
                load[owner[lease]]++;
            }
        }
        List<Integer> active = active();
        Deque<Runnable> writes = new ArrayDeque<>();
        assign(expired, load, active, writes);
        if (runs % BALANCING == 0 && !active.isEmpty()) {
            balance(load, active, writes);
        }
        writeNext(leader, writes);
    }

    private List<Integer> active() {
        List<Integer> active = new ArrayList<>();
        for (int worker = 0; worker < reported.size(); worker++) {
            if (time.nowNanos() - reported.get(worker) < METRICS_LIVE.toNanos()) {
                active.add(worker);
            }
        }
        return active;
    }

    private void assign(List<Integer> expired, int[] load, List<Integer> active, Deque<Runnable> writes) {
        PriorityQueue<Integer> poorest = poorest(load, active);
        for (int lease : expired) {
            if (!poorest.isEmpty()) {
                int to = poorest.remove();
                load[to]++;
                poorest.add(to);
                writes.add(() -> {
                    meter.writes(WITH_INDEX);
                    checkpointOwner[lease] = NOBODY;
                    own(lease, to);
                });
            }
        }
    }

    private static PriorityQueue<Integer> poorest(int[] load, List<Integer> active) {
        PriorityQueue<Integer> poorest = new PriorityQueue<>(
                Comparator.<Integer>comparingInt(worker -> load[worker]).thenComparing(worker -> worker));
        poorest.addAll(active);
        return poorest;
    }

    private void balance(int[] load, List<Integer> active, Deque<Runnable> writes) {
        double average =
                active.stream().mapToInt(worker -> load[worker]).average().orElse(0);
        List<Integer> rich = active.stream()
                .filter(worker -> load[worker] >= average * (1 + BAND))
                .toList();
        boolean poor = active.stream().anyMatch(worker -> load[worker] <= average * (1 - BAND));
        if (rich.isEmpty() && !poor) {
            return;
        }
        List<Integer> donors = rich.isEmpty()
                ? List.of(Collections.max(active, Comparator.comparingInt(worker -> load[worker])))
                : rich;
        for (int donor : donors) {
            int most = Math.max(1, (int) ((load[donor] - average) * DAMPENING));
            PriorityQueue<Integer> poorest = poorest(load, active);
            for (int lease : some(donor, most)) {
                int to = poorest.remove();
                if (load[to] + 1 > average + 1e-9) {
                    return; // nobody may end above the average
                }
                load[to]++;
                load[donor]--;
                poorest.add(to);
                writes.add(() -> askFor(lease, donor, to));
            }
        }
    }

    private List<Integer> some(int donor, int most) {
        List<Integer> his = new ArrayList<>();
        for (int lease = 0; lease < owner.length; lease++) {
            if (owner[lease] == donor && checkpointOwner[lease] == NOBODY) {
                his.add(lease);
            }
        }
        Collections.shuffle(his, random);
        return his.subList(0, Math.min(most, his.size()));
    }

    private void askFor(int lease, int from, int to) {
        meter.writes(WITH_INDEX);
        if (owner[lease] == from && checkpointOwner[lease] == NOBODY) {
            owner[lease] = to;
            checkpointOwner[lease] = from;
        }
    }

    private void writeNext(Worker leader, Deque<Runnable> writes) {
        if (writes.isEmpty()) {
            after(ASSIGNMENT, () -> assignThenWait(leader));
            return;
        }
        for (int i = 0; i < WRITERS && !writes.isEmpty(); i++) {
            writes.remove().run();
        }
        after(CALL, () -> writeNext(leader, writes));
    }
}
