package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.FleetPlan.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Decides which leases a session takes and which it asks for, so that all sessions hold as many as each other within one.
 *
 * <p>Every session plans for itself from the same sorted sets, so all arrive at the same balance without talking. A
 * session that is within its share keeps what it has: nothing moves while nobody comes or goes. Who has a limit below that
 * share gets as much as his limit. Leases at their shard's end count for nobody. In a large fleet one session plans for all, by the same plan. Immutable.
 */
public final class LeasePlanner {

    private LeasePlanner() {}

    /** What one session, which plans for itself, is to do: its own part of the plan for all. */
    public static LeasePlan plan(FleetView view) {
        String me = view.me();
        FleetPlan all = planForAll(view);
        ImmutableList.Builder<Lease> takes = ImmutableList.builder();
        takes.addAll(strays(view));
        takes.addAll(all.takes().get(me));
        ImmutableMap.Builder<String, Integer> asks = ImmutableMap.builder();
        all.moves().stream().filter(move -> move.to().equals(me)).forEach(move -> asks.put(move.from(), move.count()));
        int left = all.takes().size() - all.takes().get(me).size();
        int surplus = all.moves().stream()
                .filter(move -> move.from().equals(me))
                .mapToInt(Move::count)
                .sum();
        return new LeasePlan(takes.build(), asks.buildOrThrow(), left, surplus);
    }

    /** Leases that bear the planning session's name, and that it does not hold. */
    static ImmutableList<Lease> strays(FleetView view) {
        return view.leases().stream()
                .filter(lease -> lease.isOwnedBy(view.me())
                        && !lease.isEnded()
                        && !view.held().contains(lease.key()))
                .collect(ImmutableList.toImmutableList());
    }

    /** What all sessions are to do. */
    static FleetPlan planForAll(FleetView view) {
        Map<String, Integer> counts = new TreeMap<>();
        view.live().forEach(session -> counts.put(session, 0));
        List<Lease> free = new ArrayList<>();
        for (Lease lease : view.leases()) {
            if (lease.isEnded()) {
                continue;
            }
            if (view.held().contains(lease.key())) {
                counts.merge(view.me(), 1, Integer::sum); // the row may have been read before the take landed
            } else if (view.isFree(lease)) {
                free.add(lease);
            } else {
                counts.computeIfPresent(String.valueOf(lease.owner()), (owner, count) -> count + 1);
            }
        }
        Map<String, Integer> shares = shares(counts, free.size(), view.most());
        return new FleetPlan(takes(free, counts, shares), moves(counts, shares));
    }

    /** How many leases nobody may hold, as there are more than the limits of all sessions together. */
    static long unplaced(FleetView view) {
        long active = view.leases().stream().filter(lease -> !lease.isEnded()).count();
        long room = view.live().stream()
                .mapToLong(session -> limit(view.most(), session))
                .sum();
        return Math.max(0, active - room);
    }

    /** Each lease goes to whoever then is furthest below his share; adds them to the counts. */
    private static ImmutableListMultimap<String, Lease> takes(
            List<Lease> free, Map<String, Integer> counts, Map<String, Integer> shares) {
        PriorityQueue<Need> needs = new PriorityQueue<>();
        counts.forEach((session, count) -> needs.add(new Need(session, count(shares, session) - count)));
        ImmutableListMultimap.Builder<String, Lease> takes = ImmutableListMultimap.builder();
        for (Lease lease : free) {
            Need most = needs.remove();
            if (most.count() <= 0) {
                break; // all are at their limits
            }
            needs.add(new Need(most.session(), most.count() - 1));
            counts.merge(most.session(), 1, Integer::sum);
            takes.put(most.session(), lease);
        }
        return takes.build();
    }

    /** How far a session is below its share; the largest first, so that nobody waits for what others have twice. */
    private record Need(String session, int count) implements Comparable<Need> {

        private static final Comparator<Need> LARGEST_FIRST =
                Comparator.comparingInt(Need::count).reversed().thenComparing(Need::session);

        @Override
        public int compareTo(Need other) {
            return LARGEST_FIRST.compare(this, other);
        }
    }

    /**
     * Shares out the leases of a session that leaves, without moving any other.
     *
     * @param counts how many leases the others hold, each of whom gets some, the poorest first
     * @param most how many they hold at most, of those that have a limit
     * @return the leases' keys by who gets them, without those that nobody can take
     */
    public static ImmutableListMultimap<String, String> heirs(
            Map<String, Integer> counts, Map<String, Integer> most, Collection<String> keys) {
        TreeMap<String, Integer> growing = new TreeMap<>(counts);
        ImmutableListMultimap.Builder<String, String> heirs = ImmutableListMultimap.builder();
        for (String key : keys) {
            growing.keySet().removeIf(session -> count(growing, session) >= limit(most, session));
            if (growing.isEmpty()) {
                break;
            }
            String poorest = growing.keySet().stream()
                    .min(Comparator.comparingInt(session -> count(growing, session)))
                    .orElseThrow();
            growing.merge(poorest, 1, Integer::sum);
            heirs.put(poorest, key);
        }
        return heirs.build();
    }

    /**
     * How many leases each session should hold: all the same, and one more for some.
     *
     * <p>The one more goes to those who hold most already, so that nothing moves without need.
     */
    private static Map<String, Integer> shares(Map<String, Integer> counts, int free, Map<String, Integer> most) {
        int total = free + counts.values().stream().mapToInt(Integer::intValue).sum();
        Map<String, Integer> shares = new TreeMap<>();
        List<String> others = new ArrayList<>(counts.keySet());
        others.sort(Comparator.<String>comparingInt(session -> limit(most, session))
                .thenComparing(Comparator.naturalOrder()));
        // The lowest limits first: what is above them is for the others.
        while (!others.isEmpty() && limit(most, others.get(0)) <= total / others.size()) {
            String limited = others.remove(0);
            shares.put(limited, limit(most, limited));
            total -= limit(most, limited);
        }
        if (others.isEmpty()) {
            return shares;
        }
        int even = total / others.size();
        int oneMore = total % others.size();
        others.sort(Comparator.<String>comparingInt(session -> -count(counts, session))
                .thenComparing(Comparator.naturalOrder()));
        for (int i = 0; i < others.size(); i++) {
            shares.put(others.get(i), i < oneMore ? even + 1 : even);
        }
        return shares;
    }

    private static int limit(Map<String, Integer> most, String session) {
        return most.getOrDefault(session, Integer.MAX_VALUE);
    }

    /** Matches those below their share with those above, both in order. */
    private static ImmutableList<Move> moves(Map<String, Integer> counts, Map<String, Integer> shares) {
        Deque<Need> wanting = new ArrayDeque<>();
        Deque<Need> having = new ArrayDeque<>();
        counts.forEach((session, count) -> {
            int need = count(shares, session) - count;
            if (need != 0) {
                (need > 0 ? wanting : having).add(new Need(session, Math.abs(need)));
            }
        });
        ImmutableList.Builder<Move> moves = ImmutableList.builder();
        while (!wanting.isEmpty() && !having.isEmpty()) {
            Need to = wanting.remove();
            Need from = having.remove();
            int count = Math.min(to.count(), from.count());
            moves.add(new Move(from.session(), to.session(), count));
            putBack(wanting, to, count);
            putBack(having, from, count);
        }
        return moves.build();
    }

    private static void putBack(Deque<Need> needs, Need need, int met) {
        if (need.count() > met) {
            needs.addFirst(new Need(need.session(), need.count() - met));
        }
    }

    private static int count(Map<String, Integer> counts, String session) {
        return counts.getOrDefault(session, 0);
    }
}
