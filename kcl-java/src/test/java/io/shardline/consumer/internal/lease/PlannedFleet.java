package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A table of leases and the sessions that plan over it, all of which see everything.
 *
 * <p>Confined to one thread.
 */
final class PlannedFleet {

    final TreeSet<String> live = new TreeSet<>();
    final TreeSet<String> dead = new TreeSet<>();
    final Map<String, Lease> rows = new TreeMap<>();
    final Map<String, Integer> most = new TreeMap<>();

    /** Some sessions, living and dead, and leases that belong to any of them or to nobody, some of them ended. */
    static PlannedFleet random(long seed) {
        Random random = new Random(seed);
        PlannedFleet fleet = new PlannedFleet();
        int sessions = 1 + random.nextInt(6);
        for (int i = 0; i < sessions; i++) {
            fleet.live.add("w" + i + "@" + Integer.toHexString(random.nextInt()));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            fleet.dead.add("d" + i);
        }
        List<@Nullable String> owners = new ArrayList<>(fleet.live);
        owners.addAll(fleet.dead);
        owners.add(null);
        for (int i = random.nextInt(25); i > 0; i--) {
            fleet.lease("shard-" + i, owners.get(random.nextInt(owners.size())), random.nextInt(5) == 0);
        }
        return fleet;
    }

    /** As {@link #random}, in which some have a limit, which nobody is above. */
    static PlannedFleet withLimits(long seed) {
        Random random = new Random(seed);
        PlannedFleet fleet = random(seed);
        fleet.counts().forEach((session, count) -> {
            if (random.nextInt(3) > 0) {
                fleet.most.put(session, Math.max(1, count) + random.nextInt(3));
            }
        });
        return fleet;
    }

    int mostOf(String session) {
        return most.getOrDefault(session, Integer.MAX_VALUE);
    }

    void lease(String key, @Nullable String owner, boolean ended) {
        Checkpoint checkpoint = ended ? Checkpoint.shardEnd() : Checkpoint.trimHorizon();
        rows.put(key, new Lease(key, owner, 1, checkpoint, ImmutableSet.of(), null, 0));
    }

    FleetView viewOf(String me) {
        return new FleetView(me, live, dead, rows.values(), heldBy(me)).withMost(most);
    }

    LeasePlan planOf(String me) {
        return LeasePlanner.plan(viewOf(me));
    }

    List<String> heldBy(String session) {
        return active().stream()
                .filter(lease -> lease.isOwnedBy(session))
                .map(Lease::key)
                .toList();
    }

    List<Lease> active() {
        return rows.values().stream().filter(lease -> !lease.isEnded()).toList();
    }

    List<Lease> free() {
        return active().stream()
                .filter(lease -> lease.owner() == null || dead.contains(lease.owner()))
                .toList();
    }

    Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        live.forEach(session -> counts.put(session, heldBy(session).size()));
        return counts;
    }

    /** Everybody plans from the same table; then all takes are done, and all that was asked for is given. */
    void carryOutAllPlans() {
        Map<String, LeasePlan> plans = new LinkedHashMap<>();
        live.forEach(session -> plans.put(session, planOf(session)));
        plans.forEach((session, plan) -> plan.takes().forEach(lease -> rows.put(lease.key(), lease.ownedBy(session))));
        plans.forEach((session, plan) -> plan.asks()
                .forEach((victim, count) -> heldBy(victim).stream()
                        .limit(count)
                        .forEach(key -> rows.computeIfPresent(key, (k, lease) -> lease.ownedBy(session)))));
    }

    boolean isBalanced() {
        int most = counts().values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        int least = counts().values().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return most - least <= 1;
    }
}
