package io.shardline.consumer.internal.lease;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The assignment of KCL 2.x: every worker scans, takes what has expired up to its share, and otherwise steals one lease at a
 * time from whoever holds most.
 *
 * <p>Confined to the simulation.
 */
final class Kcl2Fleet extends KclFleet {

    private static final Duration TAKER = Duration.ofMillis(20_050);
    private static final int VERY_OLD = 3;

    private final Random random = new Random(1);
    private long firstWorkersRounds;

    @Override
    String name() {
        return "KCL 2.x";
    }

    @Override
    void begin(Worker worker) {
        takeThenWait(worker);
    }

    @Override
    boolean mayRenew(Worker worker, int lease) {
        return owner[lease] == worker.number;
    }

    @Override
    long rounds() {
        return firstWorkersRounds;
    }

    @Override
    void countRounds() {
        firstWorkersRounds = 0;
    }

    private void takeThenWait(Worker me) {
        if (me.alive) {
            firstWorkersRounds += me.number == 0 ? 1 : 0;
            me.scan();
            takeNext(me, new ArrayDeque<>(plan(me)));
        }
    }

    /** One after the other, each conditional on the counter of the scan. */
    private void takeNext(Worker me, Deque<Integer> leases) {
        Integer lease = leases.poll();
        if (lease == null || !me.alive) {
            after(TAKER, () -> takeThenWait(me));
            return;
        }
        meter.writes(1);
        if (counter[lease] == me.seenCounter[lease]) {
            own(lease, me.number);
            me.held.add(lease);
        }
        after(CALL, () -> takeNext(me, leases));
    }

    private List<Integer> plan(Worker me) {
        List<Integer> veryOld = new ArrayList<>();
        List<Integer> available = new ArrayList<>();
        Map<Integer, Integer> counts = new TreeMap<>(Map.of(me.number, 0));
        for (int lease = 0; lease < owner.length; lease++) {
            if (me.isOlderThan(lease, VERY_OLD)) {
                veryOld.add(lease);
            }
            if (owner[lease] == NOBODY || me.isOlderThan(lease, 1)) {
                available.add(lease);
            } else {
                counts.merge(owner[lease], 1, Integer::sum);
            }
        }
        int target = counts.size() >= owner.length ? 1 : (owner.length + counts.size() - 1) / counts.size();
        int needed = target - counts.getOrDefault(me.number, 0);
        if (!veryOld.isEmpty()) {
            Collections.shuffle(veryOld, random);
            return veryOld; // a limit for each worker there is not
        }
        if (needed <= 0) {
            return List.of();
        }
        Collections.shuffle(available, random);
        return available.isEmpty()
                ? steal(counts, target, needed)
                : available.subList(0, Math.min(needed, available.size()));
    }

    private List<Integer> steal(Map<Integer, Integer> counts, int target, int needed) {
        Map.Entry<Integer, Integer> richest = Collections.max(counts.entrySet(), Map.Entry.comparingByValue());
        int victim = richest.getKey();
        boolean worth = richest.getValue() > target || (needed > 1 && richest.getValue() == target);
        List<Integer> his = new ArrayList<>();
        for (int lease = 0; worth && lease < owner.length; lease++) {
            if (owner[lease] == victim) {
                his.add(lease);
            }
        }
        return his.isEmpty() ? List.of() : List.of(his.get(random.nextInt(his.size())));
    }
}
