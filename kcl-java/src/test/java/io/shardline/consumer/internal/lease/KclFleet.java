package io.shardline.consumer.internal.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the assignments of Amazon's KCL have in common: a counter in each lease, renewed one by one, and whoever has not seen
 * one move for the fail-over time takes it for expired. Made from what is known of its behaviour and kept simple where that
 * favours it: no call fails, no handler has to finish, and what it does for its metrics and its shard sync is left out
 * unless the assignment needs it.
 *
 * <p>Confined to the simulation.
 */
abstract class KclFleet extends ScaledFleet {

    static final int NOBODY = -1;
    static final Duration FAIL_OVER = Duration.ofSeconds(10);
    static final Duration CALL = Duration.ofMillis(10);
    private static final Duration RENEWAL = Duration.ofMillis(3_308);

    /** About what a row of KCL's weighs. */
    private static final int LEASE_BYTES = 350;

    final List<Worker> workers = new ArrayList<>();
    int[] owner = new int[0];
    int[] counter = new int[0];

    /** One worker: what it holds, and what it remembers of the counters that it has seen. */
    class Worker {
        final int number;
        boolean alive = true;
        final List<Integer> held = new ArrayList<>();
        int[] seenCounter = new int[0];
        long[] seenAt = new long[0];

        Worker(int number) {
            this.number = number;
        }

        /** Takes in all counters. A lease without an owner that it has not seen before counts as never renewed. */
        void scan() {
            meter.scans((long) owner.length * LEASE_BYTES, false);
            int known = seenCounter.length;
            seenCounter = Arrays.copyOf(seenCounter, owner.length);
            seenAt = Arrays.copyOf(seenAt, owner.length);
            for (int lease = 0; lease < owner.length; lease++) {
                if (lease >= known || seenCounter[lease] != counter[lease]) {
                    boolean never = lease >= known && owner[lease] == NOBODY;
                    seenCounter[lease] = counter[lease];
                    seenAt[lease] = never ? Long.MIN_VALUE / 2 : time.nowNanos();
                }
            }
        }

        boolean isOlderThan(int lease, int failOvers) {
            return time.nowNanos() - seenAt[lease] > failOvers * FAIL_OVER.toNanos();
        }

        private void renewAll() {
            held.removeIf(lease -> !renew(lease));
        }

        private boolean renew(int lease) {
            meter.writes(1);
            if (!mayRenew(this, lease)) {
                return false;
            }
            counter[lease]++;
            return true;
        }
    }

    /** Whether a lease is still the worker's; what else it does about that is the algorithm's. */
    abstract boolean mayRenew(Worker worker, int lease);

    /** What a worker does besides renewing. */
    abstract void begin(Worker worker);

    @Override
    void start(int count, Duration within) {
        for (int i = 0; i < count; i++) {
            Worker worker = new Worker(workers.size());
            workers.add(worker);
            after(Duration.ofNanos(time.random().nextLong(within.toNanos())), () -> {
                begin(worker);
                every(worker, RENEWAL, worker::renewAll);
            });
        }
    }

    final void after(Duration delay, Runnable action) {
        time.after(delay, "kcl", action);
    }

    /** Does something now and again and again, for as long as the worker lives. */
    final void every(Worker worker, Duration period, Runnable action) {
        if (worker.alive) {
            action.run();
            after(period, () -> every(worker, period, action));
        }
    }

    @Override
    void kill(int count) {
        for (int i = 0; i < count; i++) {
            List<Worker> mortal = workers.stream()
                    .filter(worker -> worker.alive && worker.number != 0) // the first may lead, and its death is worse
                    .toList();
            mortal.get(time.random().nextInt(mortal.size())).alive = false;
        }
    }

    @Override
    void addLeases(int count) {
        int before = owner.length;
        owner = Arrays.copyOf(owner, before + count);
        counter = Arrays.copyOf(counter, before + count);
        Arrays.fill(owner, before, before + count, NOBODY);
    }

    @Override
    int[] held() {
        return workers.stream()
                .filter(worker -> worker.alive)
                .mapToInt(worker -> (int) worker.held.stream()
                        .filter(lease -> owner[lease] == worker.number)
                        .count())
                .toArray();
    }

    @Override
    int leases() {
        return owner.length;
    }

    /** Writes another owner. */
    final void own(int lease, int worker) {
        if (owner[lease] != worker) {
            moved();
        }
        owner[lease] = worker;
        counter[lease]++;
    }
}
